import type { CommandHelp } from '../chat.ts';
import type { Command } from '../command.ts';

/** `/help`, over the table of all commands. */
export function helpCommand(commands: () => readonly CommandHelp[]): Command {
  return {
    name: 'help',
    description: 'What I can be asked',
    usage: '',
    run: () => ({
      message: {
        summary: 'What I can be asked',
        blocks: [
          { type: 'title', text: 'Tocsin rings when your logs say that something breaks.' },
          ...commands().map((command) => ({
            type: 'text' as const,
            spans: [
              { style: 'code' as const, text: `/${command.name} ${command.usage}`.trim() },
              ` ${command.description}`,
            ],
          })),
        ],
      },
    }),
  };
}

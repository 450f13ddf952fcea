import { type AccessRules, createRefusals, mayAsk, mayChange, REFUSAL } from './access.ts';
import { acknowledge, acknowledgeBundle, muteGroup, unmute } from './actions.ts';
import type { Actor, Chat, CommandHelp, Reply } from './chat.ts';
import { type Answer, type ChatContext, type Command, type Request, UsageError } from './command.ts';
import { ackCommand } from './commands/ack.ts';
import { errorsCommand, errorsPageOf, samples } from './commands/errors.ts';
import { helpCommand } from './commands/help.ts';
import { mergeCommand, splitCommand, undoMerge } from './commands/merge.ts';
import { muteCommand, mutesCommand, unmuteCommand } from './commands/mute.ts';
import { observeCommand } from './commands/observe.ts';
import { sourcesCommand } from './commands/sources.ts';
import { whyCommand } from './commands/why.ts';
import { adoptView } from './views/adopt.ts';
import { bundlePage } from './views/bundle.ts';
import { plainMessage } from './views/plain.ts';
import { splitWords } from './words.ts';

/** Every command; each platform registers them, `/help` lists them. */
export const COMMANDS: readonly Command[] = [
  errorsCommand,
  observeCommand,
  whyCommand,
  sourcesCommand,
  ackCommand,
  mergeCommand,
  splitCommand,
  muteCommand,
  unmuteCommand,
  mutesCommand,
  helpCommand((): readonly CommandHelp[] => COMMANDS),
];

const ADMINS_ONLY = 'Only the admins of this bot may do that.';

export interface ChatOptions {
  readonly context: ChatContext;
  readonly access: AccessRules;
  readonly log: { error(fields: object, message: string): void };
}

/** The chat of all platforms, and `ask` for the terminal, which wants data and an exit code as well. */
export function createChat({
  context,
  access,
  log,
}: ChatOptions): Chat & { ask(actor: Actor, words: readonly string[]): Answer } {
  const refuse = createRefusals();
  const stranger = (actor: Actor): Reply =>
    refuse(actor, context.now()) ? { kind: 'post', message: plainMessage(REFUSAL) } : { kind: 'none' };

  function ask(actor: Actor, words: readonly string[]): Answer {
    const [typed = '', ...rest] = words;
    const name = typed.replace(/^\//, '').replace(/@.*$/, '').toLowerCase();
    const command = COMMANDS.find((candidate) => candidate.name === (name === 'start' ? 'help' : name));
    if (!command) {
      const names = COMMANDS.map((candidate) => `/${candidate.name}`).join(', ');
      const message = plainMessage(
        'I do not know ',
        { style: 'code', text: `/${name}` },
        `. I know ${names}.`,
      );
      return { message, exit: 2 };
    }
    if (command.changes && !mayChange(access, actor)) return { message: plainMessage(ADMINS_ONLY), exit: 1 };
    return run(command, { actor, words: rest, now: context.now() });
  }

  function run(command: Command, request: Request): Answer {
    try {
      return command.run(context, request);
    } catch (error) {
      if (error instanceof UsageError) return { message: plainMessage(error.message), exit: 2 };
      log.error({ err: error, command: command.name }, 'A command failed.');
      return {
        message: plainMessage(`That failed: ${(error as Error).message}. The log has more.`),
        exit: 1,
      };
    }
  }

  function press(actor: Actor, action: string): Reply {
    const [name = '', argument = '', page = ''] = action.split(':');
    switch (name) {
      case 'samples':
        return { kind: 'post', message: samples(context, action.slice('samples:'.length)).message };
      case 'errors': {
        const answer = errorsPageOf(context, argument, Number.parseInt(page, 10) || 1);
        if (!answer)
          return { kind: 'toast', text: 'This list is too old to turn its pages. Ask /errors again.' };
        return { kind: 'replace', message: answer.message };
      }
      case 'adopt': {
        const target = context.store.samples.resolve(argument);
        if (!target) return { kind: 'toast', text: 'This error is older than what is kept.' };
        return { kind: 'post', message: adoptView(context, target) };
      }
      case 'bundle':
        return bundleReply(Number.parseInt(argument, 10), Number.parseInt(page, 10) || 0);
      case 'ack':
      case 'ackall':
      case 'mute':
      case 'unmute':
      case 'undo':
        return mayChange(access, actor)
          ? change(actor, name, argument)
          : { kind: 'toast', text: ADMINS_ONLY };
      default:
        return { kind: 'toast', text: 'This button is from another version of the bot. Ask again.' };
    }
  }

  function change(
    actor: Actor,
    name: 'ack' | 'ackall' | 'mute' | 'unmute' | 'undo',
    argument: string,
  ): Reply {
    const id = Number.parseInt(argument, 10);
    switch (name) {
      case 'ack':
        return acknowledge(context, actor, id);
      case 'ackall':
        return acknowledgeBundle(context, actor, id);
      case 'mute':
        return muteGroup(context, actor, argument);
      case 'unmute':
        return unmute(context, actor, id);
      case 'undo':
        return undoMerge(context, actor, id);
    }
  }

  /** The first page is a message of its own, the others take its place. */
  function bundleReply(id: number, page: number): Reply {
    const bundle = Number.isSafeInteger(id) ? context.store.bundles.get(id) : undefined;
    if (!bundle) return { kind: 'toast', text: 'This storm is older than what is kept.' };
    const groups = context.store.bundles.groups(bundle, context.now());
    const message = bundlePage(context, bundle, groups, Math.max(1, page));
    return page === 0 ? { kind: 'post', message } : { kind: 'replace', message };
  }

  return {
    ask,
    async command(actor, text) {
      if (!mayAsk(access, actor)) return stranger(actor);
      return { kind: 'post', message: ask(actor, splitWords(text)).message };
    },
    async press(actor, action) {
      if (!mayAsk(access, actor)) return { kind: 'toast', text: REFUSAL };
      try {
        return press(actor, action);
      } catch (error) {
        log.error({ err: error, action }, 'A button failed.');
        return { kind: 'toast', text: 'That failed. The log has more.' };
      }
    },
  };
}

import type { Destination } from '../../delivery/destination.ts';
import { renderTerminal, type TerminalOptions } from './render.ts';

/** Alerts as text: where `tocsin pipe` rings when no chat is configured. */
export function createTerminal(write: (text: string) => void, options: TerminalOptions): Destination {
  let sent = 0;
  return {
    id: 'terminal',
    budgets: [],
    everyAlert: true,
    async send(message) {
      write(`${renderTerminal(message, options)}\n\n`);
      sent += 1;
      return { kind: 'sent', messageId: String(sent) };
    },
  };
}

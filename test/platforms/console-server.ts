import { createServer, type IncomingHttpHeaders, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';
import type { Actor, Reply } from '../../src/chat/chat.ts';
import type { Message } from '../../src/message/message.ts';
import { type ConsoleOptions, createConsole } from '../../src/platforms/console/console.ts';

export const saying = (text: string): Message => ({ summary: text, blocks: [{ type: 'title', text }] });

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** A console behind a real server, as `src/bot.ts` has it; a request that is not the console's is answered 404 by "the others". */
export async function startConsole(options: Partial<ConsoleOptions> & { readonly reply?: Reply } = {}) {
  const asked: { readonly actor: Actor; readonly text: string }[] = [];
  const answer = async (actor: Actor, text: string): Promise<Reply> => {
    asked.push({ actor, text });
    return options.reply ?? { kind: 'post', message: saying(`re: ${text}`) };
  };
  const tocsin = createConsole({
    chat: { command: answer, press: answer },
    commands: [{ name: 'errors', description: 'What is breaking', usage: '[2h]' }],
    hints: () => ['Type `/help`.'],
    now: () => 1_700_000_000_000,
    ...options,
  });
  const server = createServer((req, res) => {
    if (!tocsin.handle(req, res)) res.writeHead(404).end('others');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  onTestFinished(async () => {
    await tocsin.stop();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });

  /** `fetch` would set Host and Origin itself. */
  const ask = (method: string, path: string, headers: Record<string, string> = {}, body?: string) =>
    new Promise<Answer>((resolve, reject) => {
      const req = request({ port, host: '127.0.0.1', method, path, headers }, (res) => {
        let text = '';
        res.setEncoding('utf8');
        res.on('data', (chunk: string) => {
          text += chunk;
        });
        res.on('end', () => resolve({ status: res.statusCode ?? 0, headers: res.headers, body: text }));
      });
      req.on('error', reject);
      req.end(body);
    });

  const postJson = (path: string, value: unknown, headers: Record<string, string> = {}) =>
    ask('POST', path, { 'Content-Type': 'application/json', ...headers }, JSON.stringify(value));

  return { tocsin, server, port, asked, ask, postJson, open: (after = '') => openStream(port, after) };
}

export interface StreamEvent {
  readonly event: string;
  readonly id: string;
  // biome-ignore lint/suspicious/noExplicitAny: what came over the wire is looked at by the tests
  readonly data: any;
}

/** A page's event stream: `next` waits for the next event of that name. */
export async function openStream(port: number, lastEventId: string) {
  const headers: Record<string, string> = lastEventId === '' ? {} : { 'Last-Event-ID': lastEventId };
  const response = await fetch(`http://127.0.0.1:${port}/console/events`, { headers });
  if (response.body === null) throw new Error('no stream');
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let raw = '';
  const nextOf = async (names: readonly string[]): Promise<StreamEvent> => {
    for (;;) {
      const end = raw.indexOf('\n\n');
      if (end < 0) {
        const { value, done } = await reader.read();
        if (done) throw new Error('the stream has ended');
        raw += value;
        continue;
      }
      const event = parseEvent(raw.slice(0, end));
      raw = raw.slice(end + 2);
      if (names.includes(event.event)) return event;
    }
  };
  const next = (name: string) => nextOf([name]);
  /** All entries up to `ready`. */
  const past = async (): Promise<StreamEvent[]> => {
    const entries: StreamEvent[] = [];
    for (;;) {
      const event = await nextOf(['entry', 'ready']);
      if (event.event === 'ready') return entries;
      entries.push(event);
    }
  };
  return { response, next, past, leave: () => reader.cancel() };
}

function parseEvent(block: string): StreamEvent {
  const lines = block.split(/\r\n|\r|\n/).filter((line) => !line.startsWith(':'));
  const field = (name: string) =>
    lines
      .filter((line) => line.startsWith(`${name}: `))
      .map((line) => line.slice(name.length + 2))
      .join('\n');
  return { event: field('event'), id: field('id'), data: JSON.parse(field('data') || 'null') };
}

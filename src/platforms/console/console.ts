import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Actor, Chat, CommandHelp, Reply } from '../../chat/chat.ts';
import type { EditResult, SendResult } from '../../delivery/destination.ts';
import type { Message } from '../../message/message.ts';
import type { Platform } from '../platform.ts';
import { createEventStream } from './event-stream.ts';
import { createFeed } from './feed.ts';
import { createGate, type Login } from './gate.ts';
import { type Asset, readPageAssets } from './page-assets.ts';
import { type Parsed, parseCommand, parseLogin, parsePress } from './page-requests.ts';
import { mediaType, readBody } from './request-body.ts';
import { answerAsset, answerJson, setLoginHeaders, setSecurityHeaders } from './responses.ts';

export interface ConsoleOptions {
  readonly chat: Chat;
  readonly commands: readonly CommandHelp[];
  /** What the empty page says, a line each: where to type, where to send logs. `` `…` `` is shown as code. */
  readonly hints: () => readonly string[];
  /** How many messages are kept in memory, for pages that are opened later; 200 if not given. */
  readonly keep?: number;
  /** The page asks for it once. Without it only a loopback Host is answered. */
  readonly token?: string;
  readonly now: () => number;
}

export interface Console extends Platform {
  /** Puts messages of an earlier run into the feed, oldest first. */
  remember(
    messages: readonly { readonly id: string; readonly message: Message; readonly at: number }[],
  ): void;
  /** Answers the request if it is one of the console's and returns true; false leaves it untouched for others. */
  handle(req: IncomingMessage, res: ServerResponse): boolean;
}

type Route = (req: IncomingMessage, res: ServerResponse, url: URL) => void | Promise<void>;

const MAX_BODY_BYTES = 64 * 1024;
const DEFAULT_KEEP = 200;
const ACTOR: Actor = { platform: 'console', chatId: 'console', userId: 'console', userName: 'console' };

/** The console chat: a local web page on the bot's own HTTP server. */
export function createConsole(options: ConsoleOptions): Console {
  const { chat, commands, hints, now, token, keep = DEFAULT_KEEP } = options;
  const assets = readPageAssets();
  const gate = createGate(token, now);
  const feed = createFeed({ keep, now });
  const stream = createEventStream(feed, () => ({ hints: hints(), commands, keep, now: now() }));
  let stopping = false;

  const post = (message: Message): string => feed.add({ kind: 'message', message });

  const events: Route = (req, res, url) => {
    if (stopping) answerJson(res, 503, { error: 'The bot is stopping.' });
    else stream.connect(req, res, url);
  };

  const command = jsonRoute(parseCommand, async ({ text }, res) => {
    feed.add({ kind: 'line', text });
    const reply = await chat.command(ACTOR, text);
    if (reply.kind === 'post' || reply.kind === 'replace') post(reply.message);
    answerReply(res, reply);
  });

  const press = jsonRoute(parsePress, async ({ action, messageId }, res) => {
    const reply = await chat.press(ACTOR, action);
    if (reply.kind === 'post') post(reply.message);
    // A message that is no longer remembered cannot change; the answer must not be lost for that.
    if (reply.kind === 'replace' && !feed.replace(messageId, reply.message)) post(reply.message);
    answerReply(res, reply);
  });

  const askLogin = (res: ServerResponse, outcome: 'asked' | 'wrong' | 'wait'): void => {
    setLoginHeaders(res, assets.loginStyleHash);
    answerAsset(res, outcome === 'wait' ? 429 : 401, assets.login[outcome]);
  };

  const login: Route = async (req, res) => {
    const body = await readBody(req, MAX_BODY_BYTES);
    const outcome: Login = body.kind === 'text' ? gate.login(parseLogin(body.text), req) : { kind: 'wrong' };
    if (outcome.kind === 'right') res.writeHead(303, { Location: '/', 'Set-Cookie': outcome.cookie }).end();
    else {
      if (outcome.kind === 'wait') res.setHeader('Retry-After', String(outcome.seconds));
      askLogin(res, outcome.kind);
    }
  };

  const routes: Readonly<Record<string, Route>> = {
    'GET /': serve(assets.page),
    'HEAD /': serve(assets.page),
    'GET /console.css': serve(assets.css),
    'GET /console.js': serve(assets.js),
    'GET /console/composer.js': serve(assets.composerJs),
    'GET /console/message.js': serve(assets.messageJs),
    'GET /console/events': events,
    'POST /console/command': command,
    'POST /console/press': press,
    ...(token === undefined ? {} : { 'POST /console/login': login }),
  };

  return {
    name: 'console',
    destinations: [
      {
        id: 'console',
        budgets: [],
        send: async (message): Promise<SendResult> => ({ kind: 'sent', messageId: post(message) }),
        // What an earlier page showed is gone with its process: it is not posted anew.
        edit: async (messageId, message): Promise<EditResult> =>
          feed.replace(messageId, message) ? { kind: 'edited' } : { kind: 'gone' },
        find: async () => ({ kind: 'absent' }),
      },
    ],
    remember(messages) {
      for (const { message, id, at } of messages) feed.add({ kind: 'message', message }, { id, at });
    },
    async start() {
      stopping = false;
    },
    async stop() {
      stopping = true;
      await stream.stop();
    },
    status: () => ({ state: 'connected' }),
    handle(req, res) {
      const url = urlOf(req);
      const name = `${req.method} ${url?.pathname}`;
      const route = Object.hasOwn(routes, name) ? routes[name] : undefined;
      if (url === undefined || route === undefined) return false;
      setSecurityHeaders(res);
      const passage = gate.passage(req);
      if (passage.kind === 'refused') answerJson(res, 403, { error: passage.reason });
      else if (passage.kind === 'open' || route === login) void run(route, req, res, url);
      else if (url.pathname === '/') askLogin(res, 'asked');
      else answerJson(res, 401, { error: 'Open the console in a browser and give the token first.' });
      return true;
    },
  };
}

function serve(asset: Asset): Route {
  return (_req, res) => answerAsset(res, 200, asset);
}

/** A POST with a small JSON body. */
function jsonRoute<T>(
  parse: (json: string) => Parsed<T>,
  act: (value: T, res: ServerResponse) => Promise<void>,
): Route {
  return async (req, res) => {
    // A form of another site cannot send this type without asking first (CORS preflight), and nobody answers that.
    if (mediaType(req) !== 'application/json')
      return answerJson(res, 415, { error: 'Send application/json.' });
    const body = await readBody(req, MAX_BODY_BYTES);
    if (body.kind === 'aborted') return;
    if (body.kind === 'too_large') return answerJson(res, 413, { error: 'A request has at most 64 KB.' });
    const parsed = parse(body.text);
    if (parsed.kind === 'invalid') return answerJson(res, 400, { error: parsed.reason });
    await act(parsed.value, res);
  };
}

/** Messages reach the pages through the feed; only a toast is for the presser alone. */
function answerReply(res: ServerResponse, reply: Reply): void {
  answerJson(res, 200, reply.kind === 'toast' ? { toast: reply.text } : {});
}

/** The chat promises not to throw; if it does all the same, the page is told and the bot lives on. */
async function run(route: Route, req: IncomingMessage, res: ServerResponse, url: URL): Promise<void> {
  try {
    await route(req, res, url);
  } catch (error) {
    if (!res.headersSent) answerJson(res, 500, { error: `This is a bug in Tocsin: ${String(error)}` });
    else res.destroy();
  }
}

function urlOf(req: IncomingMessage): URL | undefined {
  // The base is only there for the parser; paths like `//evil` must not become a host.
  const target = req.url ?? '';
  return target.startsWith('/') && URL.canParse(`http://console${target}`)
    ? new URL(`http://console${target}`)
    : undefined;
}

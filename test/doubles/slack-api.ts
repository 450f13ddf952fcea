import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { answerUnder, createFaults, type Fault } from './slack/faults.ts';
import { type HttpAnswer, type HttpRequest, readRequest, text } from './slack/http.ts';
import { deliverByHttp, verifyUrl } from './slack/http-mode.ts';
import { press, type ShownButton, slash } from './slack/interactions.ts';
import { acceptUpload } from './slack/methods-files.ts';
import { createRateLimits } from './slack/rate-limits.ts';
import { createResponseUrls } from './slack/response-url.ts';
import { type Ack, attachSocketMode, type Delivery, type DisconnectReason } from './slack/socket-mode.ts';
import { answerWebApi } from './slack/web-api.ts';
import { answerWebhook, WEBHOOK_PATH } from './slack/webhook.ts';
import {
  APP_ID,
  createWorkspace,
  type Json,
  type SlackCall,
  type SlackDoubleOptions,
  type SlackMessage,
  TEAM,
  type UploadedFile,
  type User,
  type Workspace,
  waitFor,
} from './slack/workspace.ts';

export type { Fault } from './slack/faults.ts';
export { mentionsAndLinks } from './slack/mrkdwn.ts';
export type { SlackCall, SlackDoubleOptions, SlackMessage } from './slack/workspace.ts';

/** A Slack on 127.0.0.1 that refuses what the real one refuses. */
export interface SlackDouble {
  readonly apiUrl: string;
  readonly webhookUrl: string;
  /** Set it, and commands and button presses come as signed HTTP requests instead of over the socket. */
  httpTarget: string | undefined;
  readonly calls: readonly SlackCall[];
  readonly deliveries: readonly Delivery[];
  readonly files: ReadonlyMap<string, UploadedFile>;
  addChannel(channel: NewChannel): void;
  addUser(user: { readonly id: string; readonly name: string; readonly tz?: string }): void;
  removeFromChannel(id: string): void;
  archive(id: string): void;
  setScopes(scopes: readonly string[]): void;
  /** The error is `token_revoked` for the bot token, `invalid_auth` for the app token, unless given. */
  revokeToken(which: 'bot' | 'app', error?: string): void;
  /** All messages of the channel in the order of posting, deleted ones (`deleted`) too. */
  messages(channel: string): readonly SlackMessage[];
  /** The first message that no `nextMessage` has handed out yet, so none can be missed between two calls. */
  nextMessage(channel: string, options?: NextOptions): Promise<SlackMessage>;
  /** Resolves as soon as `look` finds something; it looks after every change. */
  waitFor<T>(look: () => T | undefined | false, timeoutMs?: number): Promise<T>;
  /**
   * Rejects with `dispatch_failed`, `operation_timeout` or `http_service_error`, the words people read in
   * Slack.
   */
  slash(channel: string, command: string, text?: string, options?: { readonly user?: string }): Promise<Ack>;
  press(
    channel: string,
    ts: string,
    button: string | ((button: ShownButton) => boolean),
    options?: { readonly user?: string },
  ): Promise<Ack>;
  /** Delivers an Events API event. */
  event(event: Json): Promise<Ack>;
  verifyUrl(): Promise<boolean>;
  expireResponseUrls(): void;
  /** Open sockets whose bot has read the hello. */
  connected(): number;
  waitConnected(timeoutMs?: number): Promise<void>;
  fault(method: string, fault: Fault, times?: number): void;
  clearFaults(): void;
  /** Down: every connection, new or open, is cut. */
  setDown(down: boolean): void;
  dropSockets(): void;
  sendDisconnect(reason: DisconnectReason): void;
  halfOpen(): void;
  stop(): Promise<void>;
}

export interface NewChannel {
  readonly id: string;
  readonly name: string;
  readonly member?: boolean;
  readonly archived?: boolean;
  readonly isPrivate?: boolean;
  /** Everybody, unless given. */
  readonly people?: readonly string[];
}

export interface NextOptions {
  readonly timeoutMs?: number;
  readonly where?: (message: SlackMessage) => boolean;
}

const PEOPLE: readonly User[] = [
  { id: 'U0ALICE', name: 'alice', realName: 'Alice', tz: 'Europe/Berlin' },
  { id: 'U0BOB', name: 'bob', realName: 'Bob', tz: 'America/New_York' },
];

export async function startSlackDouble(options: SlackDoubleOptions): Promise<SlackDouble> {
  const workspace = createWorkspace(options);
  const limits = createRateLimits(options.limits ?? false);
  const faults = createFaults();
  const urls = createResponseUrls(workspace);
  const deliveries: Delivery[] = [];
  const handedOut = new Set<SlackMessage>();
  const connections = new Set<Socket>();
  let down = false;

  const server = createServer((req, res) => {
    handle(req, res).catch(() => res.destroy()); // The caller cut the connection while it was sending.
  });
  server.on('connection', (socket) => {
    if (down) socket.destroy();
    connections.add(socket);
    socket.on('close', () => connections.delete(socket));
  });
  const socketMode = attachSocketMode(server, workspace, deliveries);

  async function handle(req: IncomingMessage, res: ServerResponse): Promise<void> {
    const request = await readRequest(req);
    const method = methodName(request.path);
    const { token: _secret, ...payload } = request.parsed.ok ? request.parsed.value : {};
    const call: SlackCall = { method, payload, at: Date.now(), response: undefined };
    workspace.calls.push(call);
    const isWebApi = request.path.startsWith('/api/');
    call.response = await answerUnder(faults.next(method), () => answer(method, request), req, res, isWebApi);
    workspace.changed();
  }

  function answer(method: string, request: HttpRequest): HttpAnswer {
    if (method === 'webhook') return answerWebhook(workspace, limits, request);
    if (method === 'response_url') return urls.answer(request);
    if (method === 'upload') {
      const id = request.path.slice('/upload/v1/'.length);
      const took = acceptUpload(workspace, id, request.body, request.headers['content-type'] ?? '');
      return took ? text(200, `OK - ${request.body.length}`) : text(404, 'not found');
    }
    return answerWebApi({ workspace, limits, openConnection: () => socketMode.open() }, method, request);
  }

  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  workspace.origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

  const target = () => {
    if (double.httpTarget === undefined) return undefined;
    if (options.signingSecret === undefined) throw new Error('HTTP mode needs the option signingSecret.');
    return { url: double.httpTarget, signingSecret: options.signingSecret };
  };
  const deliver = (type: string, payload: Json, acceptsResponse: boolean): Promise<Ack> => {
    const http = target();
    if (http !== undefined) return deliverByHttp(http, type, payload, deliveries);
    return socketMode.deliver(type, payload, acceptsResponse);
  };
  const deps = { workspace, urls, deliver };

  const double: SlackDouble = {
    apiUrl: `${workspace.origin}/api/`,
    webhookUrl: workspace.origin + WEBHOOK_PATH,
    httpTarget: undefined,
    calls: workspace.calls,
    deliveries,
    files: workspace.files,
    ...arrange(workspace),
    messages: (channel) => workspace.messages.filter((m) => m.channel === channel),
    async nextMessage(channel, { timeoutMs = 5_000, where = () => true } = {}) {
      const inChannel = () => workspace.messages.filter((m) => m.channel === channel);
      const look = () => inChannel().find((m) => !handedOut.has(m) && where(m));
      const texts = () => JSON.stringify(inChannel().map((m) => m.visibleText));
      const message = await waitFor(workspace, look, timeoutMs, () => `no new message; there are ${texts()}`);
      handedOut.add(message);
      return message;
    },
    waitFor: (look, timeoutMs = 5_000) => waitFor(workspace, look, timeoutMs, () => 'it did not happen'),
    slash: (channel, command, words = '', { user } = {}) => slash(deps, channel, command, words, user),
    press: (channel, ts, button, { user } = {}) => press(deps, channel, ts, button, user),
    event: (event) => deliver('events_api', eventPayload(event), false),
    async verifyUrl() {
      const http = target();
      return http !== undefined && (await verifyUrl(http));
    },
    expireResponseUrls: () => urls.expire(),
    connected: () => socketMode.connected(),
    async waitConnected(timeoutMs = 5_000) {
      await waitFor(
        workspace,
        () => socketMode.connected() > 0,
        timeoutMs,
        () => 'no socket was opened',
      );
    },
    fault: (method, fault, times = 1) => faults.add(method, fault, times),
    clearFaults: () => faults.clear(),
    setDown(value) {
      down = value;
      if (down) for (const socket of connections) socket.destroy();
    },
    dropSockets: () => socketMode.drop(),
    sendDisconnect: (reason) => socketMode.sendDisconnect(reason),
    halfOpen: () => socketMode.halfOpen(),
    async stop() {
      socketMode.close();
      for (const socket of connections) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  for (const user of PEOPLE) workspace.users.set(user.id, user);
  double.addChannel({ id: options.webhookChannel ?? 'C0HOOK', name: 'hooked', member: false });
  return double;
}

type Arranging = 'addChannel' | 'addUser' | 'removeFromChannel' | 'archive' | 'setScopes' | 'revokeToken';

/** The part of the double that sets the scene. */
function arrange(workspace: Workspace): Pick<SlackDouble, Arranging> {
  const channel = (id: string) => {
    const found = workspace.channels.get(id);
    if (found === undefined) throw new Error(`addChannel first: the double knows no channel ${id}.`);
    return found;
  };
  return {
    addChannel({ id, name, member = true, archived = false, isPrivate = false, people }) {
      const inside = new Set(people ?? workspace.users.keys());
      workspace.channels.set(id, { id, name, member, archived, isPrivate, people: inside });
    },
    addUser({ id, name, tz = 'UTC' }) {
      workspace.users.set(id, { id, name, realName: name, tz });
      for (const { people } of workspace.channels.values()) people.add(id);
    },
    removeFromChannel(id) {
      channel(id).member = false;
    },
    archive(id) {
      channel(id).archived = true;
    },
    setScopes(scopes) {
      workspace.scopes.clear();
      for (const scope of scopes) workspace.scopes.add(scope);
    },
    revokeToken(which, error = which === 'bot' ? 'token_revoked' : 'invalid_auth') {
      const { botToken, appToken } = workspace.options;
      workspace.revoked.set(which === 'bot' ? botToken : (appToken ?? ''), error);
    },
  };
}

function methodName(path: string): string {
  if (path.startsWith('/api/')) return path.slice('/api/'.length);
  if (path.startsWith('/services/')) return 'webhook';
  if (path.startsWith('/commands/')) return 'response_url';
  return path.startsWith('/upload/') ? 'upload' : path;
}

function eventPayload(event: Json): Json {
  const event_id = `Ev${Date.now()}`;
  return { token: 'legacy', team_id: TEAM.id, api_app_id: APP_ID, event, type: 'event_callback', event_id };
}

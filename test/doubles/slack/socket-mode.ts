import { randomUUID } from 'node:crypto';
import type { IncomingMessage, Server } from 'node:http';
import type { Duplex } from 'node:stream';
import { type WebSocket, WebSocketServer } from 'ws';
import { isObject } from './content.ts';
import { parseJson } from './message-rules.ts';
import { APP_ID, type Json, type Workspace } from './workspace.ts';

/** https://docs.slack.dev/apis/events-api/using-socket-mode */

/** An envelope that is not acknowledged within this time has failed for the person who caused it. */
export const ACK_DEADLINE_MS = 3_000;

export type DisconnectReason = 'warning' | 'refresh_requested' | 'link_disabled';

export interface Ack {
  readonly ackPayload: Json | undefined;
  readonly ackMs: number;
}

/** One envelope or HTTP request to the bot. */
export interface Delivery {
  readonly type: string;
  readonly payload: Json;
  readonly sentAt: number;
  /** Undefined until acknowledged; above 3000 when too late. */
  ackMs: number | undefined;
  /** More than one is a bug of the bot. */
  acks: number;
}

export interface SocketMode {
  open(): Json;
  deliver(type: string, payload: Json, acceptsResponse: boolean): Promise<Ack>;
  connected(): number;
  drop(): void;
  sendDisconnect(reason: DisconnectReason): void;
  halfOpen(): void;
  close(): void;
}

/** Slack allows ten connections of one app. */
const CONNECTIONS_MAX = 10;

export function attachSocketMode(server: Server, workspace: Workspace, deliveries: Delivery[]): SocketMode {
  // autoPong off: a half-open link must be able to stay silent.
  const sockets = new WebSocketServer({ noServer: true, autoPong: false });
  const tickets = new Set<string>();
  /** Sockets whose bot is known to have read the hello. */
  const greeted = new Set<WebSocket>();
  const silent = new Set<WebSocket>();
  const waiting = new Map<string, (payload: Json | undefined) => void>();

  const usable = () => [...sockets.clients].filter((ws) => ws.readyState === ws.OPEN && !silent.has(ws));

  server.on('upgrade', (req: IncomingMessage, socket: Duplex, head: Buffer) => {
    const ticket = new URL(req.url ?? '/', 'http://slack.invalid').searchParams.get('ticket') ?? '';
    if (!tickets.delete(ticket)) {
      socket.end('HTTP/1.1 408 Request Timeout\r\nConnection: close\r\n\r\n');
      return;
    }
    sockets.handleUpgrade(req, socket, head, (ws) => greet(ws));
  });

  function greet(ws: WebSocket): void {
    ws.on('ping', (data) => {
      if (!silent.has(ws)) ws.pong(data);
    });
    ws.on('message', (data) => acknowledge(String(data)));
    ws.on('error', () => ws.terminate());
    ws.on('close', () => {
      greeted.delete(ws);
      silent.delete(ws);
      workspace.changed();
    });
    const debug_info = { host: 'applink-double', build_number: 1, approximate_connection_time: 18_060 };
    const connection_info = { app_id: APP_ID };
    // Counted from the first pong on: it comes after the hello was read, so a test that waited may stop the
    // bot.
    ws.once('pong', () => {
      greeted.add(ws);
      workspace.changed();
    });
    ws.send(
      JSON.stringify({ type: 'hello', num_connections: sockets.clients.size, debug_info, connection_info }),
    );
    ws.ping('hello');
  }

  function acknowledge(raw: string): void {
    const message = parseJson(raw);
    if (!isObject(message)) return;
    const payload = message['payload'];
    waiting.get(String(message['envelope_id']))?.(isObject(payload) ? payload : undefined);
  }

  const pings = setInterval(() => {
    for (const ws of usable()) ws.ping('Ping from applink');
  }, workspace.options.pingIntervalMs ?? 3_000);
  pings.unref();

  function deliver(type: string, payload: Json, acceptsResponse: boolean): Promise<Ack> {
    const ws = usable().at(-1);
    // The words that people read in Slack: "/errors failed with the error "dispatch_failed"".
    if (ws === undefined)
      return Promise.reject(new Error('dispatch_failed: no Socket Mode connection is open'));
    const id = randomUUID();
    const delivery: Delivery = { type, payload, sentAt: Date.now(), ackMs: undefined, acks: 0 };
    deliveries.push(delivery);
    return new Promise((resolve, reject) => {
      const deadline = setTimeout(
        () => reject(new Error(`operation_timeout: no ack of ${type} within ${ACK_DEADLINE_MS} ms`)),
        ACK_DEADLINE_MS,
      );
      waiting.set(id, (ackPayload) => {
        delivery.acks += 1;
        delivery.ackMs ??= Date.now() - delivery.sentAt;
        clearTimeout(deadline);
        workspace.changed();
        resolve({ ackPayload, ackMs: delivery.ackMs });
      });
      const envelope = { envelope_id: id, type, accepts_response_payload: acceptsResponse, payload };
      ws.send(JSON.stringify(envelope));
    });
  }

  return {
    deliver,
    open() {
      if (usable().length >= CONNECTIONS_MAX) return { ok: false, error: 'too_many_websockets' };
      const ticket = randomUUID();
      tickets.add(ticket);
      const url = `${workspace.origin.replace('http:', 'ws:')}/link/?ticket=${ticket}&app_id=${APP_ID}`;
      return { ok: true, url };
    },
    connected: () => greeted.size,
    drop() {
      for (const ws of sockets.clients) ws.terminate();
    },
    sendDisconnect(reason) {
      const debug_info = { host: 'applink-double' };
      for (const ws of usable()) {
        ws.send(JSON.stringify({ type: 'disconnect', reason, debug_info }));
        // A warning comes some ten seconds before the end; the others are the end.
        setTimeout(() => ws.close(1000), reason === 'warning' ? 10_000 : 500).unref();
      }
    },
    halfOpen() {
      // Nothing is read and nothing is sent any more, but the TCP connection stays.
      for (const ws of usable()) {
        ws.pause();
        silent.add(ws);
      }
      greeted.clear();
      workspace.changed();
    },
    close() {
      clearInterval(pings);
      for (const ws of sockets.clients) ws.terminate();
      sockets.close();
    },
  };
}

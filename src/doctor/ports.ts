import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { isIPv6 } from 'node:net';
import type { Listen } from '../config/settings.ts';
import { type Finding, ok, skipped, wrong } from '../platforms/finding.ts';
import { ListenError } from '../sources/listen-error.ts';
import type { Running } from './running.ts';

interface Port {
  readonly setting: 'TOCSIN_HTTP' | 'TOCSIN_UDP';
  readonly listen: Listen | 'off';
  /** As the bot names it: `http 127.0.0.1:8790`. */
  readonly scheme: string;
  /** Binds, and lets go at once. */
  readonly tryOut: (listen: Listen) => Promise<void>;
}

/** Whether the addresses of HTTP and UDP are free, held by our own bot, or by somebody else. */
export async function examinePorts(
  settings: { readonly http: Listen | 'off'; readonly udp: Listen | 'off' },
  running: Running,
): Promise<Finding[]> {
  return [
    await examinePort(
      { setting: 'TOCSIN_HTTP', scheme: 'http', listen: settings.http, tryOut: tryHttp },
      running,
    ),
    await examinePort(
      { setting: 'TOCSIN_UDP', scheme: 'udp', listen: settings.udp, tryOut: tryUdp },
      running,
    ),
  ];
}

async function examinePort({ setting, scheme, listen, tryOut }: Port, running: Running): Promise<Finding> {
  if (listen === 'off') return skipped(setting, 'is off');
  const address = `${isIPv6(listen.host) ? `[${listen.host}]` : listen.host}:${listen.port}`;
  if (listen.port === 0) return ok(setting, `${address}: a free port is picked at each start`);
  try {
    await tryOut(listen);
  } catch (error) {
    const cause = error as NodeJS.ErrnoException;
    if (cause.code === 'EADDRINUSE' && isOurs(running, scheme, listen.port))
      return ok(setting, `${address} is held by our running bot`);
    const { message } = new ListenError(setting, address, cause);
    return wrong(setting, message.replace(`${setting}: `, ''));
  }
  return running.owner === 'bot'
    ? wrong(
        setting,
        `${address} is free, but the bot that runs listens elsewhere: start it again with this configuration`,
      )
    : ok(setting, `${address} is free`);
}

/** The host is left out: a name stands for an address in the bot's own words. */
function isOurs({ owner, report }: Running, scheme: string, port: number): boolean {
  return owner === 'bot' && new RegExp(`\\b${scheme} [^\\s",]*:${port}\\b`).test(report);
}

async function tryHttp({ host, port }: Listen): Promise<void> {
  const server = createServer();
  const listening = once(server, 'listening');
  server.listen({ host, port });
  await listening;
  const closed = once(server, 'close');
  server.close();
  await closed;
}

async function tryUdp({ host, port }: Listen): Promise<void> {
  const socket = createSocket({ type: isIPv6(host) ? 'udp6' : 'udp4' });
  const listening = once(socket, 'listening');
  socket.bind({ address: host, port });
  try {
    await listening;
  } finally {
    socket.close();
  }
}

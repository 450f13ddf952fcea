import type { SyslogSettings } from './config/settings.ts';
import type { LineFeedOptions } from './sources/line-feed.ts';
import type { Listener } from './sources/listener.ts';
import { type TcpOptions, TcpSource } from './sources/tcp.ts';

/** The syslog listeners that are configured. */
export function createSyslogListeners(
  settings: SyslogSettings,
  shared: Omit<LineFeedOptions, 'source'> & Pick<TcpOptions, 'log' | 'reloadMs'>,
): Listener[] {
  const { tcp, tls, token, maxConnections, idleMs } = settings;
  const common = { ...shared, maxConnections, idleMs };
  const listeners: Listener[] = [];
  if (tcp !== 'off') {
    const source = new TcpSource({ ...common, ...tcp, token, source: 'tcp', setting: 'TOCSIN_SYSLOG_TCP' });
    listeners.push({ name: 'tcp', source });
  }
  if (tls !== 'off') {
    const { at, ...paths } = tls;
    // Who has a certificate needs no token.
    const needed = tls.clientCa === undefined ? token : undefined;
    const own = { ...at, tls: paths, token: needed, source: 'tls', setting: 'TOCSIN_SYSLOG_TLS' };
    listeners.push({ name: 'tls', source: new TcpSource({ ...common, ...own }) });
  }
  return listeners;
}

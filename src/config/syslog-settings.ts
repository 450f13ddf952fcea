import type { Environment } from './environment.ts';
import type { Problem } from './problem.ts';
import type { SyslogSettings } from './settings.ts';
import type { FileSettings } from './tocsin-file.ts';

/** A connection without data for so long is ended: rsyslog keeps its own open for hours. */
const IDLE_MS = 3_600_000;
const CONNECTIONS = 2_000;

/**
 * The syslog listeners, both off unless an address is given. Who can be reached from outside needs the token, or TLS with
 * certificates of the clients; mistakes go into `problems`.
 */
export function syslogSettings(
  file: FileSettings,
  env: Environment['syslog'],
  isLoopback: (host: string) => boolean,
  problems: Problem[],
): SyslogSettings {
  const { token } = env;
  const tcp = env.tcp ?? file.syslogTcp ?? 'off';
  const at = env.tls ?? file.syslogTls ?? 'off';
  const cert = env.cert ?? file.syslogCert;
  const key = env.key ?? file.syslogKey;
  const clientCa = env.clientCa ?? file.syslogClientCa;
  if (tcp !== 'off' && !isLoopback(tcp.host) && token === undefined) {
    const message = `${tcp.host} can be reached from outside, and there is no token. Set TOCSIN_SYSLOG_TOKEN, or bind 127.0.0.1.`;
    problems.push({ place: 'TOCSIN_SYSLOG_TCP', message });
  }
  if (at !== 'off' && !isLoopback(at.host) && token === undefined && clientCa === undefined) {
    const message = `${at.host} can be reached from outside, and nothing tells who may send. Set TOCSIN_SYSLOG_TOKEN, or TOCSIN_SYSLOG_CLIENT_CA (the certificates of the senders), or bind 127.0.0.1.`;
    problems.push({ place: 'TOCSIN_SYSLOG_TLS', message });
  }
  if (at !== 'off' && (cert === undefined || key === undefined)) {
    const message =
      'TLS needs a certificate and its key. Set TOCSIN_SYSLOG_CERT and TOCSIN_SYSLOG_KEY (PEM files).';
    problems.push({ place: 'TOCSIN_SYSLOG_TLS', message });
  }
  const tls =
    at === 'off' || cert === undefined || key === undefined
      ? 'off'
      : { at, cert, key, ...(clientCa === undefined ? {} : { clientCa }) };
  return {
    tcp,
    tls,
    token,
    maxConnections: file.syslogConnections ?? CONNECTIONS,
    idleMs: file.syslogIdleMs ?? IDLE_MS,
  };
}

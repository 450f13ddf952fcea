import type { Listen } from './settings.ts';

/** `host:port`, `[v6]:port`, `:port`, a bare port, or `off`; undefined for anything else. Without a host it is 127.0.0.1. */
export function parseListen(text: string): Listen | 'off' | undefined {
  const trimmed = text.trim();
  if (trimmed.toLowerCase() === 'off') return 'off';
  const [, v6, host, port] = /^(?:\[([0-9a-f:.]+)\]:|([a-z0-9._-]*):)?(\d{1,5})$/i.exec(trimmed) ?? [];
  if (port === undefined || Number(port) > 65_535) return undefined;
  return { host: v6 ?? (host || '127.0.0.1'), port: Number(port) };
}

/** Whether only this machine can reach an address. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127\.\d{1,3}\.\d{1,3}\.\d{1,3}$/.test(host);
}

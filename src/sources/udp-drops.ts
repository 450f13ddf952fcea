import { readFileSync } from 'node:fs';
import { isIPv6 } from 'node:net';

/**
 * Datagrams that the kernel dropped for want of room, of all sockets on a port, out of the text of /proc/net/udp or udp6: columns
 * `sl local_address … drops`, the address in hex (https://www.kernel.org/doc/html/latest/networking/proc_net_tcp.html). Undefined
 * when no socket is there.
 */
export function dropsInProcNetUdp(text: string, port: number): number | undefined {
  const suffix = `:${port.toString(16).toUpperCase().padStart(4, '0')}`;
  let drops: number | undefined;
  for (const line of text.split('\n').slice(1)) {
    const columns = line.trim().split(/\s+/);
    if (!columns[1]?.endsWith(suffix)) continue;
    const count = Number(columns.at(-1));
    if (Number.isSafeInteger(count)) drops = (drops ?? 0) + count;
  }
  return drops;
}

/** The same of this machine; undefined where there is no /proc (macOS). */
export function kernelDrops({ host, port }: { host: string; port: number }): number | undefined {
  try {
    return dropsInProcNetUdp(readFileSync(isIPv6(host) ? '/proc/net/udp6' : '/proc/net/udp', 'latin1'), port);
  } catch {
    // Not Linux, or a container without /proc: nobody can tell.
    return undefined;
  }
}

import { describe, expect, it } from 'vitest';
import { dropsInProcNetUdp } from '../../src/sources/udp-drops.ts';

const TEXT = `   sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode ref pointer drops
  100: 0100007F:158A 00000000:0000 07 00000000:00000000 00:00000000 00000000     0        0 5001 2 0000000000000000 17
  101: 00000000:0035 00000000:0000 07 00000000:00000000 00:00000000 00000000     0        0 5002 2 0000000000000000 3
`;

describe("the kernel's drops of a UDP port", () => {
  it('are read out of /proc/net/udp', () => {
    expect(dropsInProcNetUdp(TEXT, 5514)).toBe(17);
    expect(dropsInProcNetUdp(TEXT, 53)).toBe(3);
  });

  it('are unknown where no socket is', () => {
    expect(dropsInProcNetUdp(TEXT, 99)).toBeUndefined();
    expect(dropsInProcNetUdp('', 99)).toBeUndefined();
  });
});

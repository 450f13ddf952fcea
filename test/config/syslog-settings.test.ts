import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { loadSettings } from '../../src/config/load-settings.ts';

const dir = mkdtempSync(join(tmpdir(), 'tocsin-syslog-'));
afterAll(() => rmSync(dir, { recursive: true, force: true }));
const TLS = { TOCSIN_SYSLOG_CERT: 'c', TOCSIN_SYSLOG_KEY: 'k' };

describe('the syslog listeners', () => {
  it('are off unless an address is given', () => {
    expect(loadSettings({ env: {} }).syslog).toMatchObject({ tcp: 'off', tls: 'off', token: undefined });
  });

  it('are read from the file, and variables win', () => {
    const TOCSIN_CONFIG = join(dir, 'a.yml');
    writeFileSync(
      TOCSIN_CONFIG,
      'stack_trace_ms: 100\nsyslog: {tcp: 127.0.0.1:6514, tls: {at: "0.0.0.0:6515", cert: C, key: K, client_ca: A}, connections: 50, idle: 5m}\n',
    );
    expect(loadSettings({ env: { TOCSIN_CONFIG, TOCSIN_SYSLOG_TCP: '[::1]:7' } })).toMatchObject({
      stackTraceMs: 100,
      syslog: {
        tcp: { host: '::1', port: 7 },
        tls: { at: { host: '0.0.0.0', port: 6515 }, cert: 'C', key: 'K', clientCa: 'A' },
        maxConnections: 50,
        idleMs: 300_000,
      },
    });
  });

  it.each([
    [
      'TCP from outside without a token',
      { TOCSIN_SYSLOG_TCP: '0.0.0.0:1' },
      /TOCSIN_SYSLOG_TCP: .*TOCSIN_SYSLOG_TOKEN/,
    ],
    [
      'TLS from outside without trust',
      { ...TLS, TOCSIN_SYSLOG_TLS: '0.0.0.0:1' },
      /TOCSIN_SYSLOG_TLS: .*CLIENT_CA/,
    ],
    ['TLS without a certificate', { TOCSIN_SYSLOG_TLS: '127.0.0.1:1' }, /TOCSIN_SYSLOG_CERT/],
  ])('are refused: %s', (_rule, env, message) => {
    expect(() => loadSettings({ env })).toThrow(message);
  });

  it.each([
    [
      'a token',
      {
        ...TLS,
        TOCSIN_SYSLOG_TLS: '0.0.0.0:1',
        TOCSIN_SYSLOG_TCP: '0.0.0.0:2',
        TOCSIN_SYSLOG_TOKEN: 'secret-token',
      },
    ],
    ['certificates of the senders', { ...TLS, TOCSIN_SYSLOG_TLS: '0.0.0.0:1', TOCSIN_SYSLOG_CLIENT_CA: 'a' }],
  ])('may be reached from outside with %s', (_rule, env) => {
    expect(loadSettings({ env }).syslog.tls).not.toBe('off');
  });
});

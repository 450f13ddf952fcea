import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { TRACES } from '../record/traces.ts';
import { certFile } from '../sources/listening.ts';
import { type BotProcess, cleanUp, cli, eventually, startBot, tempDir } from './bot-process.ts';

/** Whether a client is installed here; the test says so when it is not. */
const installed = (program: string) => spawnSync(program, ['--version']).error === undefined;
const LOGGER = installed('logger');
const RSYSLOG = installed('rsyslogd') && hasModule('lmnsd_gtls.so');

function hasModule(name: string): boolean {
  return (
    spawnSync('find', ['/usr/lib', '-path', `*rsyslog/${name}`])
      .stdout?.toString()
      .trim() !== ''
  );
}

interface Row {
  readonly signature: string | null;
  readonly name: string;
  readonly count: number;
  readonly services: readonly string[];
}

async function errors(bot: BotProcess): Promise<Row[]> {
  const { stdout } = await cli(['errors', '--json'], { env: { TOCSIN_DATA: bot.dataDir } });
  return stdout
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Row);
}

/** The sum of a counter, of all its labels or of those given. */
async function metric(of: BotProcess, name: string): Promise<number> {
  const { text } = await of.get('/metrics');
  const values = text.split('\n').filter((line) => line.startsWith(name));
  return values.reduce((sum, line) => sum + Number(line.split(' ').at(-1)), 0);
}

let bot: BotProcess;
let tcp: number;
let tls: number;
const children: ChildProcess[] = [];
beforeEach(async () => {
  bot = await startBot({
    TOCSIN_SYSLOG_TCP: '127.0.0.1:0',
    TOCSIN_SYSLOG_TLS: '127.0.0.1:0',
    TOCSIN_SYSLOG_CERT: certFile('server.pem'),
    TOCSIN_SYSLOG_KEY: certFile('server.key'),
    TOCSIN_SYSLOG_CLIENT_CA: certFile('ca.pem'),
  });
  const port = (name: string) =>
    eventually(
      () => Number(new RegExp(`${name}://127\\.0\\.0\\.1:(\\d+)`).exec(bot.output())?.[1]) || undefined,
    );
  [tcp, tls] = [await port('tcp'), await port('tls')];
});
afterEach(async () => {
  for (const child of children.splice(0)) {
    child.kill('SIGKILL');
    if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
  }
  await cleanUp();
});

describe.skipIf(!LOGGER)('logger of util-linux (skipped where it is not installed)', () => {
  it.each([
    ['TCP, lines', ['--tcp', '--rfc3164']],
    ['TCP, octet counted', ['--tcp', '--octet-count', '--rfc5424']],
    ['TCP, octet counted, RFC 3164', ['--tcp', '--octet-count', '--rfc3164']],
    ['UDP', ['--udp', '--rfc5424']],
  ])('over %s: one event each, with service and level', async (_rule, options) => {
    const port = options.includes('--udp') ? bot.udpPort : tcp;
    for (const n of [1, 2, 3]) {
      const fixed = ['-n', '127.0.0.1', '-P', String(port), '-t', 'shop', '-p', 'user.err'];
      execFileSync('logger', [...fixed, ...options, `ECONNRESET from 10.0.0.${n}`]);
    }
    const rows = await eventually(async () => {
      const found = await errors(bot);
      return found[0]?.count === 3 && found;
    });
    expect(rows).toMatchObject([{ signature: 'NET_RESET', count: 3, services: ['shop'] }]);
  });

  it('ten stack traces of each language, from two sources at once: one event each', async () => {
    const send = async (parity: number) => {
      const port = String(tcp);
      const child = spawn('logger', [
        '-n',
        '127.0.0.1',
        '-P',
        port,
        '--tcp',
        '-t',
        `app${parity}`,
        '-p',
        'user.info',
      ]);
      children.push(child);
      const exited = once(child, 'exit');
      for (const make of TRACES) {
        for (let n = 0; n < 5; n += 1) {
          for (const line of make(2 * n + parity).text.split('\n')) child.stdin?.write(`${line}\n`);
          child.stdin?.write('request served\n');
          if (n % 2 === 0) await new Promise((resolve) => setTimeout(resolve, 2));
        }
      }
      child.stdin?.end();
      await exited;
    };
    await Promise.all([send(0), send(1)]);
    const wanted = TRACES.length * 10;
    const events = () => metric(bot, 'tocsin_events_total');
    await eventually(async () => (await events()) >= wanted, 10_000);
    await new Promise((resolve) => setTimeout(resolve, 500));
    expect(await events()).toBe(wanted);
    const lines = TRACES.flatMap((make) => make(1).text.split('\n')).length + TRACES.length;
    expect(await metric(bot, 'tocsin_lines_total{source="tcp",outcome="received"}')).toBe(lines * 10);
    const rows = await errors(bot);
    expect(new Set(rows.flatMap(({ services }) => services))).toEqual(new Set(['app0', 'app1']));
  });
});

describe.skipIf(!RSYSLOG)(
  'rsyslog, omfwd (skipped where rsyslog and rsyslog-gnutls are not installed)',
  () => {
    const TLS_OPTIONS = `StreamDriver="gtls" StreamDriverMode="1" StreamDriverAuthMode="x509/certvalid"`;

    it.each([
      ['TCP, lines', () => `port="${tcp}" protocol="tcp"`],
      ['TCP, octet counted', () => `port="${tcp}" protocol="tcp" TCP_Framing="octet-counted"`],
      ['TCP, RFC 5424', () => `port="${tcp}" protocol="tcp" template="RSYSLOG_SyslogProtocol23Format"`],
      [
        'TLS with a certificate',
        () => `port="${tls}" protocol="tcp" TCP_Framing="octet-counted" ${TLS_OPTIONS}`,
      ],
      ['UDP', () => `port="${bot.udpPort}" protocol="udp"`],
    ])(
      'over %s: an error, and a trace of several lines',
      async (_rule, action) => {
        const dir = tempDir();
        const input = join(dir, 'app.log');
        writeFileSync(input, '');
        const config = join(dir, 'rsyslog.conf');
        writeFileSync(
          config,
          `global(workDirectory="${dir}" DefaultNetstreamDriverCAFile="${certFile('ca.pem')}"
        DefaultNetstreamDriverCertFile="${certFile('client.pem')}" DefaultNetstreamDriverKeyFile="${certFile('client.key')}")
module(load="imfile" PollingInterval="1")
input(type="imfile" File="${input}" Tag="shop:" Severity="error" Facility="local0" freshStartTail="off")
action(type="omfwd" target="127.0.0.1" ${action()} queue.type="LinkedList" action.resumeRetryCount="-1")
`,
        );
        const child = spawn('rsyslogd', ['-n', '-f', config, '-i', join(dir, 'pid')], { stdio: 'pipe' });
        children.push(child);
        let told = '';
        child.stderr?.on('data', (chunk: Buffer) => {
          told += chunk.toString();
        });
        const trace = TRACES[0]?.(7).text ?? '';
        writeFileSync(input, `Out of memory: Killed process 7\n${trace}\nall is well again\n`);
        const rows = await eventually(async () => {
          const found = await errors(bot);
          return found.length >= 2 && found;
        }, 15_000).catch((error: Error) => {
          throw new Error(`${error.message}\n${told}\n${bot.output()}`);
        });
        const shop = rows.filter(({ services }) => services.includes('shop'));
        expect(shop.find(({ signature }) => signature === 'OOM')).toMatchObject({ count: 1 });
        expect(shop.find(({ signature }) => signature === 'PYTHON_EXCEPTION')).toMatchObject({ count: 1 });
      },
      40_000,
    );
  },
);

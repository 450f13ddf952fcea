import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { openStream } from '../platforms/console-server.ts';
import { cleanUp, cli, startBot, tempDir } from './bot-process.ts';

afterAll(cleanUp);

const rows = (stdout: string) =>
  stdout
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Record<string, unknown>);
const sha = (text: string) => createHash('sha1').update(text).digest('hex').slice(0, 12);

describe('tocsin classify', () => {
  it('gives one verdict a line, with all fields of the contract', async () => {
    const input = ['Out of memory: Killed process 4990', 'all is well', '', 'payment 17 failed'].join('\n');
    const { stdout, code } = await cli(['classify', '--json'], { input });
    expect(code).toBe(0);
    expect(rows(stdout)).toMatchObject([
      {
        outcome: 'match',
        grouped: true,
        category: 'critical',
        signature_id: 'OOM',
        policy: 'escalate',
        severity: 'high',
        canonical: 'out of memory',
        fingerprint: sha('critical|out of memory'),
      },
      { outcome: 'generic', grouped: false, signature_id: null },
      { outcome: 'ignored', grouped: false },
      {
        outcome: 'generic',
        grouped: true,
        category: 'unclassified',
        fingerprint: sha('unclassified|payment <*> failed'),
      },
    ]);
  });

  it('reads JSON lines, and uses a given category for the fingerprint as it is', async () => {
    const input = [
      JSON.stringify('two\nlines'),
      JSON.stringify({ id: 7, line: 'socket hang up', category: 'Mine' }),
    ].join('\n');
    const { stdout } = await cli(['classify', '--json', '--input', 'json'], { input });
    expect(rows(stdout)[1]).toMatchObject({
      id: 7,
      outcome: 'match',
      fingerprint: sha('Mine|network reset: socket hang up'),
    });
  });

  it('takes a signature file of its own, in the flat form too', async () => {
    const file = join(tempDir(), 'flat.yml');
    writeFileSync(file, '9: ["nine"]\n1: ["one", "one more"]\n');
    const { stdout } = await cli(['classify', '--json', '--signatures', file], { input: 'one nine\nONE' });
    expect(rows(stdout)).toMatchObject([
      { category: '9' },
      { category: '1', policy: 'escalate', severity: 'anomaly', summary: '' },
    ]);
  });

  it('names the line that is no JSON, and exits with 2', async () => {
    const { stderr, code } = await cli(['classify', '--input', 'json'], { input: '"a"\nnope' });
    expect(stderr).toMatch(/^tocsin: stdin:2: is no JSON/);
    expect(code).toBe(2);
  });
});

describe('tocsin replay', () => {
  it('prints the alerts that would have rung', async () => {
    const at = (t: number, line: string) => JSON.stringify({ t, line });
    const input = [
      at(0, 'ECONNRESET'),
      at(150, 'ECONNRESET'),
      at(300, 'ECONNRESET'),
      at(301, 'Out of memory'),
      at(302, 'Out of memory'),
    ].join('\n');
    const { stdout, code } = await cli(['replay', '--json'], { input });
    expect(code).toBe(0);
    expect(rows(stdout)).toEqual([
      {
        t: 300,
        category: 'network_db',
        signature_id: 'NET_RESET',
        fingerprint: sha('network_db|network reset: ECONNRESET'),
        count: 3,
      },
      {
        t: 301,
        category: 'critical',
        signature_id: 'OOM',
        fingerprint: sha('critical|out of memory'),
        count: 1,
      },
    ]);
  });
});

describe('tocsin fingerprint', () => {
  it('prints one key a line, in order; \\n stands for a line break', async () => {
    const { stdout } = await cli(['fingerprint'], { input: 'job 1 failed\njob 2 failed\na\\nb 3\n\n' });
    const keys = stdout.trimEnd().split('\n');
    expect(keys).toHaveLength(4);
    expect(keys[0]).toBe(keys[1]);
    expect(keys[2]).toBe(sha('unclassified|a b <*>'));
  });

  it('keeps the seed form as it was', async () => {
    const input = 'a\\nb 3\n\u001b[31mTypeError: x';
    const { stdout } = await cli(['fingerprint', '--fingerprint', 'seed'], { input });
    expect(stdout.trimEnd().split('\n')).toEqual([
      sha('unclassified|a\nb #'),
      sha('unclassified|unhandled exception'),
    ]);
  });

  it('reads a JSON line as the pipeline does: neither the order of its keys nor its ids matter', async () => {
    const input = [
      '{"level":"error","msg":"db timeout","user":17}',
      '{"user":4,"level":"error","msg":"db timeout"}',
    ].join('\n');
    const { stdout } = await cli(['fingerprint'], { input });
    expect(stdout).toBe(`${sha('unclassified|db timeout')}\n`.repeat(2));
  });
});

describe('tocsin check', () => {
  it('is content with what ships', async () => {
    const { stdout, code } = await cli(['check']);
    expect(stdout).toMatch(/signatures.*are good/);
    expect(stdout).not.toMatch(/remark/);
    expect(code).toBe(0);
  });

  it.each([
    [
      'a wrong pattern',
      'categories:\n  c:\n    signatures:\n      - id: A\n        pattern: "a(?!b)"\n',
      /:5:\d+: .*unless/,
    ],
    [
      'a wrong policy',
      'categories:\n  c:\n    default_policy: notfy\n    signatures: []\n',
      /:3:\d+: .*notify/,
    ],
    ['broken YAML', 'categories: [\n', /signatures\.yml:\d+:\d+: /],
  ])('%s: place, reason and mend in one line, exit code 2', async (_, text, expected) => {
    const file = join(tempDir(), 'signatures.yml');
    writeFileSync(file, text);
    const { stderr, code } = await cli(['check'], { env: { ERROR_SIGNATURES_PATH: file } });
    expect(stderr).toMatch(expected);
    expect(stderr).not.toMatch(/\n {4}at /);
    expect(code).toBe(2);
  });
});

describe('tocsin start', () => {
  it.each([
    ['a public bind without a token', { TOCSIN_HTTP: '0.0.0.0:0' }, /TOCSIN_INGEST_TOKEN/],
    ['a token without a chat', { ALERT_TELEGRAM_BOT_TOKEN: '1:x' }, /ALERT_TELEGRAM_CHAT_ID/],
    ['a port that is none', { TOCSIN_UDP: '127.0.0.1:99999' }, /TOCSIN_UDP/],
    ['a switch that is neither on nor off', { LOG_AGGREGATOR_SHADOW: 'perhaps' }, /LOG_AGGREGATOR_SHADOW/],
    ['a missing file', { ALERTS_GROUPING_CONFIG: '/nowhere/alerts.yml' }, /alerts\.yml/],
    ['a data directory that cannot be written', { TOCSIN_DATA: '/proc/nowhere' }, /TOCSIN_DATA/],
  ])('%s: one message, no stack, exit code 2', async (_, env, expected) => {
    const { stderr, code } = await cli(['start'], {
      env: {
        TOCSIN_DATA: tempDir(),
        TOCSIN_HTTP: 'off',
        TOCSIN_UDP: 'off',
        ...(env as unknown as Record<string, string>),
      },
    });
    expect(stderr).toMatch(expected);
    expect(stderr).not.toMatch(/\n {4}at /);
    expect(code).toBe(2);
  });

  it('refuses to run twice on one data directory, and to take a port that is taken', async () => {
    const bot = await startBot();
    const twice = await cli(['start'], {
      env: { TOCSIN_DATA: bot.dataDir, TOCSIN_HTTP: 'off', TOCSIN_UDP: 'off' },
    });
    expect(twice.stderr).toMatch(/already runs/);
    expect(twice.code).toBe(2);
    const port = new URL(bot.http).host;
    const taken = await cli(['start'], {
      env: { TOCSIN_DATA: tempDir(), TOCSIN_HTTP: port, TOCSIN_UDP: 'off' },
    });
    expect(taken.stderr).toMatch(/TOCSIN_HTTP: cannot listen/);
    expect(taken.code).toBe(2);
    expect(await bot.kill('SIGTERM')).toBe(0);
  });
});

describe('wrong usage', () => {
  it.each([[['nonsense']], [['classify', '--nope']], [['fingerprint', '--fingerprint', 'best']]])(
    '%j exits with 2',
    async (args) => {
      const { code, stderr } = await cli(args);
      expect(code).toBe(2);
      expect(stderr).not.toMatch(/\n {4}at /);
    },
  );

  it.each(['start', 'pipe', 'classify', 'replay', 'fingerprint', 'check', 'doctor', 'errors', 'observe'])(
    '%s has --help',
    async (name) => {
      const { code, stdout } = await cli([name, '--help']);
      expect(code).toBe(0);
      expect(stdout).toMatch(/Usage: tocsin/);
    },
  );

  it('errors says what to do when no bot runs', async () => {
    const { code, stderr } = await cli(['errors'], { env: { TOCSIN_DATA: tempDir() } });
    expect(stderr).toMatch(/no bot runs on .*npm start/);
    expect(code).toBe(1);
  });
});

describe('what a user may do wrong', () => {
  it('an unknown command is named, with the one that was probably meant', async () => {
    const { code, stderr } = await cli(['clasify']);
    expect(stderr).toBe('tocsin: there is no command "clasify". Did you mean "classify"?\n');
    expect(code).toBe(2);
  });

  it('replay does not send a person to a form that it does not have', async () => {
    const { code, stderr } = await cli(['replay'], { input: 'Out of memory\n' });
    expect(stderr).toMatch(/^tocsin: stdin:1: is no JSON: .* A line is \{"t":seconds,"line":"…"\}\.\n$/);
    expect(code).toBe(2);
  });

  it('an empty line among JSON lines is an empty line', async () => {
    const { code, stdout } = await cli(['classify', '--json', '--input', 'json'], { input: '"a"\n\n"b"\n' });
    expect(rows(stdout).map(({ outcome }) => outcome)).toEqual(['generic', 'ignored', 'generic']);
    expect(code).toBe(0);
  });

  it('a very long reload interval is none of 1 ms', async () => {
    const bot = await startBot({ LOG_AGG_RELOAD_SECONDS: '1e99' });
    expect(bot.output()).not.toMatch(/TimeoutOverflow/);
    await bot.kill('SIGTERM');
  });

  it('the bot outlives the reader of its log', async () => {
    const bot = await startBot();
    bot.closeOutput();
    expect((await bot.post('Out of memory', 'text/plain')).status).toBe(200);
    expect(await bot.kill('SIGTERM')).toBe(0);
  });

  it('the console page names the ports that were really taken', async () => {
    const bot = await startBot();
    const page = await openStream(Number(new URL(bot.http).port), '');
    const hints = JSON.stringify((await page.next('hello')).data);
    expect(hints).toContain(`${bot.http}/ingest`);
    expect(hints).toContain(`-P ${bot.udpPort} `);
    await page.leave();
    await bot.kill('SIGTERM');
  });
});

describe('tocsin pipe', () => {
  it('rings on stdout when no chat is configured, and echoes what matched on stderr', async () => {
    const { code, stdout, stderr } = await cli(['pipe'], {
      env: { TOCSIN_DATA: tempDir(), LOG_AGG_ECHO: '1' },
      input: 'hello\nOut of memory: password=hunter2\n',
    });
    expect(code).toBe(0);
    expect(stdout).toMatch(/Out-of-memory/);
    expect(stderr).toMatch(/Out of memory: password=\[REDACTED\]/);
    expect(stdout + stderr).not.toMatch(/hunter2/);
  });

  it('hands its lines to the bot that runs on the same data directory', async () => {
    const bot = await startBot();
    const { code } = await cli(['pipe'], { env: { TOCSIN_DATA: bot.dataDir }, input: 'Out of memory\n' });
    expect(code).toBe(0);
    const { stdout } = await cli(['errors', '--json'], { env: { TOCSIN_DATA: bot.dataDir } });
    expect(rows(stdout)).toMatchObject([{ signature: 'OOM', count: 1 }]);
    await bot.kill('SIGTERM');
  });
});

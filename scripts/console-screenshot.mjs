// Looks at the console with a real browser: `node scripts/console-screenshot.mjs [folder for the PNGs]`. Needs /usr/bin/chromium (or
// CHROMIUM=path). It takes pictures in two widths and both colour schemes, tries to inject script, and uses the page as a person would.
// With AXE=path/to/axe.min.js it also runs axe-core. It ends with exit code 1 at the first expectation that is not met.
import assert from 'node:assert/strict';
import { mkdirSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium } from 'playwright-core';
import { createViteServer } from 'vitest/node';

const out = process.argv[2] ?? join(tmpdir(), 'tocsin-console');
mkdirSync(out, { recursive: true });

const bold = (text) => ({ style: 'bold', text });
const code = (text) => ({ style: 'code', text });
const press = (label, action) => ({ kind: 'action', label, action });
const sentry = (id) => ({
  kind: 'link',
  label: '🔍 Sentry',
  url: `https://sentry.example/issues/?query=${id}`,
});
const ATTACK =
  '<img src=x onerror="window.hacked=1"><script>window.hacked=1</script>\u202e evil \u001b[31mred\u001b[0m \u0007';

const alert = {
  summary: '🔴 Out-of-memory condition: 3 in 5 min (api, worker)',
  blocks: [
    { type: 'title', text: '🔴 Out-of-memory condition' },
    {
      type: 'fields',
      fields: [
        { label: 'Signature', value: [code('OOM')] },
        { label: 'Category', value: ['critical · escalate'] },
        { label: 'Count', value: [bold('3'), ' in 5 min'] },
        { label: 'First', value: ['07:01:12 UTC'] },
        { label: 'Last', value: ['07:04:58 UTC'] },
        { label: 'Services', value: ['api, worker'] },
      ],
    },
    {
      type: 'code',
      label: 'Sample',
      text: [
        'Out of memory: Killed process 4990 (node) total-vm:2411220kB, anon-rss:1890212kB, file-rss:0kB, shmem-rss:0kB, UID:1000 pgtables:5212kB oom_score_adj:0',
        'memory cgroup out of memory: OOMKilled container=worker pod=worker-7d4f9c8b6-x2x9p',
        'Out of memory: Killed process 5012 (node)',
      ].join('\n'),
    },
    {
      type: 'note',
      spans: [
        'Fingerprint ',
        code('3f9a1c07be52'),
        ' · ',
        { style: 'link', text: 'Runbook', url: 'https://runbooks.example/oom' },
      ],
    },
  ],
  buttons: [
    [press('📄 Samples', 'samples'), sentry('OOM')],
    [press('✅ Ack', 'ack'), press('🔕 1h', 'mute')],
  ],
};

const quiet = {
  summary: '🟡 Worker timeout',
  silent: true,
  blocks: [
    { type: 'title', text: `🟡 gunicorn worker timeout ${ATTACK}` },
    {
      type: 'text',
      spans: [
        'Expected to heal by itself. ',
        ATTACK,
        { style: 'link', text: 'bad link', url: 'javascript:window.hacked=1' },
      ],
    },
    { type: 'code', label: ATTACK, text: `[CRITICAL] WORKER TIMEOUT (pid:77)\n${ATTACK}` },
  ],
  buttons: [[press(ATTACK, 'ack'), { kind: 'link', label: 'Bad', url: 'javascript:window.hacked=1' }]],
};

const NAMES = [
  ['OOM', '214', '↗ rising', 'critical · escalate', 'Out-of-memory condition'],
  ['DB_CONN', '87', '→ steady', 'database · escalate', 'Connection to PostgreSQL lost'],
  ['TLS_EXPIRED', '41', '↘ falling', 'network · notify', 'A certificate has expired'],
  ['TypeError: Cannot read properties of undefined (reading ‘id’)', '19', 'new', 'unclassified · notify', ''],
  ['ECONNRESET', '12', '→ steady', 'network · retry', 'Peer closed the connection'],
  ['GUNICORN_TIMEOUT', '3', '↘ falling', 'runtime · retry', 'A worker did not answer in time'],
];
const errors = (page) => ({
  summary: `Errors of the last 30 minutes, page ${page} of 2`,
  blocks: [
    { type: 'title', text: 'Errors · last 30 min' },
    ...NAMES.map(([name, count, trend, category, summary], i) => ({
      type: 'item',
      n: i + 1 + (page - 1) * 6,
      title: [bold(name), ` × ${count}`],
      lines: [
        [`${trend} · ${category}`, summary ? ` · ${summary}` : ''],
        ['last 07:04:58 UTC · api, worker'],
      ],
      buttons: [press('📄 Samples', 'samples'), sentry(name)],
    })),
    { type: 'note', spans: [`Page ${page} of 2 · 9 signatures, 376 events · times in UTC`] },
  ],
  buttons: [page === 1 ? [press('Next ›', 'page2')] : [press('‹ Back', 'page1')]],
});

const observe = {
  summary: 'Every alert is accounted for.',
  blocks: [
    { type: 'title', text: '✅ Every alert is accounted for' },
    {
      type: 'text',
      spans: ['Last 24 h · 31 alerts · ', bold('31'), ' reached someone or were suppressed on purpose.'],
    },
    {
      type: 'table',
      rows: [
        ['Alerts', 'Database', 'Memory', 'Dispatch log'],
        ['high', '12', '12', '12'],
        ['anomaly', '17', '17', '17'],
        ['low', '2', '2', '2'],
        ['Total', '31', '31', '31'],
      ],
    },
    {
      type: 'table',
      rows: [
        ['Destination', 'ok / total', 'Waiting', 'Suppressed', 'Failed', 'Success'],
        ['telegram:-1001234567890:7', '29 / 31', '0', '2', '0', '100 %'],
        ['slack:C0OPS', '31 / 31', '0', '0', '0', '100 %'],
        ['console', '31 / 31', '0', '0', '0', '100 %'],
      ],
    },
    { type: 'divider' },
    {
      type: 'fields',
      fields: [
        ['Queue age', '0 s'],
        ['Cooldowns', '3 active'],
        ['Database', '41 MB'],
        ['Uptime', '6 d 4 h'],
        ['Configuration', 'v12'],
      ].map(([label, value]) => ({ label, value: [value] })),
    },
    { type: 'note', spans: ['Times in UTC'] },
  ],
};

const samples = {
  summary: '5 samples of OOM',
  blocks: [{ type: 'title', text: 'Samples · OOM' }, alert.blocks[2]],
};
const acked = {
  ...alert,
  blocks: [...alert.blocks, { type: 'note', spans: ['✅ Acknowledged by ', bold('console')] }],
};
const replies = {
  samples: { kind: 'post', message: samples },
  ack: { kind: 'replace', message: acked },
  mute: { kind: 'toast', text: '🔕 OOM is silent until 08:05 UTC' },
  page1: { kind: 'replace', message: errors(1) },
  page2: { kind: 'replace', message: errors(2) },
};
const chat = {
  command: async (_actor, text) => ({ kind: 'post', message: /errors/.test(text) ? errors(1) : observe }),
  press: async (_actor, action) => replies[action],
};
const commands = [
  [
    'errors',
    'What is breaking now, with samples',
    '[30m|2h|1d] [--service S] [--category C] [--min-severity L]',
  ],
  ['observe', 'Is the bot well, and did every alert reach someone?', '[-v|-vv] [window=5m|1h|24h]'],
  ['why', 'Why something rang, or did not', '<fingerprint|signature>'],
  ['silences', 'What is silent now', ''],
  ['help', 'All commands', ''],
].map(([name, description, usage]) => ({ name, description, usage }));
const hints = [
  'Type `/errors`, `/observe -v` or `/help` below.',
  "Send logs: `curl -d 'Out of memory: Killed process 1' http://127.0.0.1:8790/ingest`, or `my-app | npx tocsin pipe`.",
  'Ring in Telegram: `ALERT_TELEGRAM_BOT_TOKEN`, `ALERT_TELEGRAM_CHAT_ID`; in Slack: `SLACK_BOT_TOKEN`, `SLACK_APP_TOKEN`, `SLACK_CHANNEL`.',
];

/** The TypeScript is loaded as the tests load it, so no build is needed. */
const vite = await createViteServer({
  configFile: false,
  logLevel: 'error',
  server: { middlewareMode: true, ws: false, hmr: false },
});
const { createConsole } = await vite.ssrLoadModule('/src/platforms/console/console.ts');

async function bot(port, extra = {}) {
  const tocsin = createConsole({ chat, commands, hints, now: Date.now, ...extra });
  const server = createServer((req, res) => tocsin.handle(req, res) || res.writeHead(404).end());
  await new Promise((resolve) => server.listen(port, '127.0.0.1', resolve));
  const end = async () => {
    await tocsin.stop();
    await new Promise((resolve) => {
      server.close(resolve);
      server.closeAllConnections();
    });
  };
  return {
    url: `http://127.0.0.1:${server.address().port}`,
    port: server.address().port,
    send: tocsin.destinations[0].send,
    end,
  };
}

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: ['--no-sandbox'],
});

async function axe(page, name) {
  if (!process.env.AXE) return;
  await page.evaluate(readFileSync(process.env.AXE, 'utf8'));
  const { violations } = await page.evaluate(() => globalThis.axe.run());
  assert.deepEqual(
    violations.map((v) => `${v.id}: ${v.nodes.map((n) => `${n.html} ${n.failureSummary}`).join(' | ')}`),
    [],
    `axe: ${name}`,
  );
}

for (const width of [1280, 390, 1400, 360]) {
  for (const colorScheme of ['dark', 'light']) {
    const at = await bot(0);
    const page = await browser.newPage({ viewport: { width, height: width > 500 ? 900 : 844 }, colorScheme });
    const problems = [];
    page.on('pageerror', (error) => problems.push(String(error)));
    page.on('console', (line) => line.type() === 'error' && problems.push(line.text()));
    const shot = (name) =>
      (width === 1280 || width === 390) &&
      page.screenshot({ path: `${out}/${width}-${colorScheme}-${name}.png` });
    const say = async (text) => {
      await page.fill('#line', text);
      await page.press('#line', 'Enter');
    };

    await page.goto(at.url);
    await page.getByText('connected', { exact: true }).waitFor();
    assert.ok(await page.getByText('All quiet.').isVisible());
    await shot('1-empty');
    await axe(page, 'empty');

    await at.send(alert);
    await page.locator('article.high').waitFor();
    await page.getByRole('button', { name: '🔕 1h' }).click();
    await page.getByText('OOM is silent until').waitFor();
    await shot('2-alert-toast');
    await axe(page, 'alert');

    await at.send(quiet);
    await page.locator('article.low').waitFor();
    assert.equal(await page.evaluate(() => globalThis.hacked), undefined, 'script of a log line ran');
    assert.equal(
      await page.locator('#feed img, #feed script, #feed a[href^="javascript"]').count(),
      0,
      'markup of a log line became elements',
    );

    await page.fill('#line', '/');
    await page.locator('#suggestions > div').first().waitFor();
    await shot('3-suggestions');
    await axe(page, 'suggestions');
    await page.press('#line', 'ArrowDown');
    await page.press('#line', 'Enter');
    assert.equal(await page.inputValue('#line'), '/errors ');
    await page.press('#line', 'Enter');
    await page.locator('section.item').first().waitFor();
    await shot('4-errors');
    await axe(page, 'errors');
    await page.getByRole('button', { name: 'Next ›' }).press('Enter');
    await page.locator('.note', { hasText: 'Page 2 of 2' }).waitFor();
    assert.equal(await page.locator('article:has(section.item)').count(), 1, 'paging must replace in place');
    assert.match(
      await page.evaluate(() => document.activeElement?.textContent ?? ''),
      /Back/,
      'focus is lost by paging',
    );

    await say('/observe -v');
    await page.locator('table').first().waitFor();
    await shot('5-observe');
    await axe(page, 'observe');
    await page.press('#line', 'ArrowUp');
    await page.press('#line', 'ArrowUp');
    assert.equal(await page.inputValue('#line'), '/errors');
    await page.fill('#line', '');

    await page.getByRole('button', { name: '✅ Ack' }).click();
    await page.getByText('Acknowledged by').waitFor();
    assert.ok(
      await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth),
      `the page is wider than ${width} px`,
    );

    await at.end();
    await page.getByText('the bot is away').waitFor();
    await shot('6-away');
    problems.length = 0; // the refused connections of just now
    const back = await bot(at.port);
    await page.getByText('the bot was restarted').waitFor();
    await back.send(alert);
    await page.locator('article.high').nth(1).waitFor();
    assert.deepEqual(
      problems.filter((text) => !/ERR_CONNECTION|net::/.test(text)),
      [],
    );
    await page.close();
    await back.end();
    console.log(`${width} px, ${colorScheme}: good`);
  }
}

const locked = await bot(0, { token: 'correct horse' });
for (const colorScheme of ['dark', 'light']) {
  const page = await browser.newPage({ viewport: { width: 390, height: 600 }, colorScheme });
  await page.goto(locked.url);
  await page.getByLabel('Token').fill('wrong');
  await page.getByRole('button').click();
  await page.getByText('not the right token').waitFor();
  await page.screenshot({ path: `${out}/390-${colorScheme}-0-login.png` });
  await axe(page, 'login');
  await page.getByLabel('Token').fill('correct horse');
  await page.getByRole('button').click();
  await page.getByText('connected', { exact: true }).waitFor();
  await page.context().close();
}
console.log('login: good');
await locked.end();
await browser.close();
await vite.close();

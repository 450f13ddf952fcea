import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { startSlackDouble } from '../doubles/slack-api.ts';
import { startTelegramDouble } from '../doubles/telegram-bot-api.ts';
import { type BotHere, startBotHere } from './bot-in-process.ts';
import { cleanUp, cli, eventually } from './bot-process.ts';

const ends: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});
afterAll(cleanUp);

const CHAT = -100200300;
const TOKEN = '123456:TEST';
const RULES = 'fingerprint: seed\nmin_count_default: 3\ngeneric: {alert: false}\n';
const SIGNATURES = `
noise_allowlist: ["client went away"]
categories:
  critical:
    default_policy: escalate
    signatures: [{id: BOOM, pattern: "boom", severity: critical, summary: "Boom"}]
  plain:
    default_policy: notify
    signatures: [{id: FIZZ, pattern: "fizz", severity: high, summary: "Fizz"}]
`;

async function start(env: Record<string, string> = {}) {
  const telegram = await startTelegramDouble({ token: TOKEN });
  telegram.addChat({ id: CHAT, type: 'supergroup', title: 'ops' });
  ends.push(() => telegram.stop());
  const bot = await startBotHere({
    env: {
      ALERT_TELEGRAM_BOT_TOKEN: TOKEN,
      ALERT_TELEGRAM_CHAT_ID: String(CHAT),
      TELEGRAM_API_ROOT: telegram.apiRoot,
      ...env,
    },
    signatures: SIGNATURES,
    alerts: RULES,
  });
  ends.push(() => bot.stop());
  return { telegram, bot };
}

/** The chapters of a story, newest first. */
async function why(bot: BotHere, ...words: string[]): Promise<{ kind: string; text: string }[]> {
  const answer = JSON.parse(await bot.ask('why', ...words)) as { data?: { kind: string; text: string }[] };
  return answer.data ?? [];
}
/** Without the joiners that keep log text from becoming a link or a mention. */
const plain = (text: string) => text.replace(/\u2060/g, '');
const kinds = (chapters: readonly { kind: string }[]) => chapters.map(({ kind }) => kind);

/** A bot in Telegram and in Slack, in each of which a line has just rung. */
async function ringInBoth(line: string) {
  const slack = await startSlackDouble({ botToken: 'xoxb-1-test', appToken: 'xapp-1-test' });
  ends.push(() => slack.stop());
  slack.addChannel({ id: 'C0OPS', name: 'ops' });
  const { telegram, bot } = await start({
    SLACK_BOT_TOKEN: 'xoxb-1-test',
    SLACK_APP_TOKEN: 'xapp-1-test',
    SLACK_API_URL: slack.apiUrl,
    SLACK_CHANNEL: 'C0OPS',
  });
  await slack.waitConnected();
  await bot.ring(line);
  await eventually(() => telegram.messages(CHAT).length === 1 && slack.messages('C0OPS').length === 1);
  return { telegram, slack, bot };
}

describe('/why', () => {
  it('tells of the threshold, the ring, the send, the cooldown, the acknowledgement and the edits', async () => {
    const { telegram, bot } = await start();
    await bot.ring('fizz');
    expect(await why(bot, 'FIZZ')).toMatchObject([
      { kind: 'below_threshold', text: '1 event, did not ring: at most 1 within the window, 3 ring.' },
    ]);
    await bot.ring('fizz', 'fizz');
    await eventually(() => telegram.messages(CHAT).length === 1);
    await bot.ring('fizz');
    await bot.ask('ack', 'FIZZ');
    await eventually(() => telegram.messages(CHAT).some(({ edits }) => edits > 0));
    const chapters = await eventually(async () => {
      const all = await why(bot, 'fizz'.toUpperCase());
      return kinds(all).includes('edited') && kinds(all).includes('sent') ? all : undefined;
    });
    expect(kinds(chapters)).toEqual(
      expect.arrayContaining(['below_threshold', 'rang', 'sent', 'cooldown', 'acknowledged', 'edited']),
    );
    const text = (kind: string) => chapters.find((chapter) => chapter.kind === kind)?.text ?? '';
    expect(text('rang')).toBe('Rang (alert 1): 3 events within 5 min. Cooldown 10 min.');
    expect(text('sent')).toMatch(/^Alert 1 for telegram:-100200300 sent \(message \d+\)\.$/);
    expect(text('cooldown')).toMatch(/^1 event, did not ring again: in cooldown until \d\d:\d\d:\d\d UTC\.$/);
    expect(text('acknowledged')).toBe('terminal acknowledged alert 1.');
  });

  it('tells of a mute, and the mute ends with a line of what it held back', async () => {
    const { telegram, bot } = await start();
    expect(await bot.ask('mute', 'category:critical', '2s', 'deploy')).toContain('Muted until');
    await bot.ring('boom', 'boom');
    expect(await why(bot, 'BOOM')).toMatchObject([
      { kind: 'muted', text: expect.stringContaining('2 events') },
    ]);
    expect(await bot.ask('observe', '-v')).toMatch(/category critical by terminal .* 2 events held back/);
    expect(await bot.ask('mutes')).toContain('deploy');
    const last = await eventually(() =>
      telegram.messages(CHAT).find(({ text }) => text.includes('The mute has ended')),
    );
    expect(last.text).toContain('category critical: 2 events of 1 group did not ring');
    await bot.ring('boom');
    await eventually(() => telegram.messages(CHAT).some(({ text }) => text.includes('Boom')));
  });

  it('tells of what waits and why, what was refused and written more simply, and what failed', async () => {
    const { telegram, bot } = await start();
    telegram.fault('sendMessage', { kind: '500', times: 2 });
    await bot.ring('boom');
    await eventually(async () => kinds(await why(bot, 'BOOM')).includes('queued'));
    await eventually(() => telegram.messages(CHAT).length === 1);
    expect(kinds(await why(bot, 'BOOM'))).toEqual(expect.arrayContaining(['retry', 'sent', 'rang']));
    telegram.fault('sendMessage', { kind: '400', description: "can't parse entities" });
    await bot.ring('fizz', 'fizz', 'fizz');
    await eventually(async () => kinds(await why(bot, 'FIZZ')).includes('sent'), 10_000);
    expect(kinds(await why(bot, 'FIZZ'))).toContain('degraded');
    expect((await why(bot, 'FIZZ')).find(({ kind }) => kind === 'degraded')?.text).toContain(
      "can't parse entities",
    );
  });

  it('tells of shadow mode', async () => {
    const { bot } = await start({ LOG_AGGREGATOR_SHADOW: '1' });
    await bot.ring('boom');
    const chapters = await why(bot, 'BOOM');
    expect(chapters[0]).toMatchObject({
      kind: 'suppressed',
      text: expect.stringContaining('was held back (shadow)'),
    });
  });

  it('tells of noise, of lines that are no error, and of errors that never ring', async () => {
    const { bot } = await start();
    await bot.ring('the client went away', 'the client went away', 'a new kind of trouble');
    expect(await bot.ask('why', 'noise')).toContain('client went away');
    expect(await bot.ask('why', 'the client went away')).toMatch(
      /is noise.*It took 2 lines in the last 24 h/s,
    );
    expect(await bot.ask('why', 'all is well')).toContain('is no error');
    expect(kinds(await why(bot, 'a new kind of trouble'))).toContain('generic_off');
    expect(await bot.ask('why', 'ERROR nobody has seen this')).toContain('No error of it has been received');
  });

  it('answers in Telegram, in Slack and in the terminal', async () => {
    const { telegram, slack, bot } = await ringInBoth('boom');
    telegram.userSends(CHAT, '/why BOOM');
    const said = await eventually(() =>
      telegram.messages(CHAT).find(({ text }) => text.includes('Why BOOM')),
    );
    expect(plain(said.text)).toMatch(/Rang \(alert 1\): its category rings at the first event/);
    await slack.slash('C0OPS', '/tocsin', 'why BOOM');
    await eventually(() => slack.messages('C0OPS').some((one) => JSON.stringify(one).includes('Why BOOM')));
    const terminal = await cli(['why', 'BOOM'], { env: { TOCSIN_DATA: bot.dir } });
    expect(terminal.stdout).toMatch(/Rang \(alert 1\)/);
    expect(terminal.code).toBe(0);
  });
});

describe('acknowledging and muting', () => {
  it('shows in the message of every chat who did it, by button or by command', async () => {
    const { telegram, slack, bot } = await ringInBoth('boom');
    const alert = telegram.messages(CHAT)[0];
    await telegram.pressButton(CHAT, alert?.messageId ?? 0, '✅ Ack', {
      from: { id: 7, username: 'ann', first_name: 'Ann' },
    });
    await eventually(() => plain(JSON.stringify(slack.messages('C0OPS')[0])).includes('✅ @ann'));
    await eventually(() => plain(telegram.messages(CHAT)[0]?.text ?? '').includes('✅ @ann'));
    const twice = await telegram.pressButton(CHAT, alert?.messageId ?? 0, '🔕 1h');
    expect(twice['text']).toContain('Muted');
    await eventually(() => JSON.stringify(slack.messages('C0OPS')[0]).includes('🔔 Unmute'));
    await slack.press('C0OPS', slack.messages('C0OPS')[0]?.ts ?? '', '🔔 Unmute');
    await eventually(() => telegram.messages(CHAT)[0]?.text.includes('Muted') === false);
    expect(await bot.ask('mutes')).toContain('Nothing is muted');
    const audit = bot.db.prepare('SELECT who, action FROM audit ORDER BY id').all();
    expect(audit).toMatchObject([{ who: '@ann', action: 'ack' }, { action: 'mute' }, { action: 'unmute' }]);
  }, 20_000);
});

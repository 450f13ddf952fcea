import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type SlackMessage, startSlackDouble } from '../doubles/slack-api.ts';
import { type BotProcess, cleanUp, eventually, startBot } from './bot-process.ts';

type Double = Awaited<ReturnType<typeof startSlackDouble>>;
let slack: Double;
let bot: BotProcess;

beforeAll(async () => {
  slack = await startSlackDouble({ botToken: 'xoxb-test', appToken: 'xapp-test' });
  slack.addChannel({ id: 'C0OPS', name: 'ops', member: true });
  slack.addChannel({ id: 'C0STRANGE', name: 'strange', member: true });
  bot = await startBot({
    SLACK_BOT_TOKEN: 'xoxb-test',
    SLACK_APP_TOKEN: 'xapp-test',
    SLACK_CHANNEL: 'C0OPS',
    SLACK_API_URL: slack.apiUrl,
  });
  await slack.waitConnected(10_000);
});

afterAll(async () => {
  await bot?.kill('SIGTERM');
  await slack?.stop();
  await cleanUp();
});

const all = (message: SlackMessage) => JSON.stringify(message.blocks);
const find = (pattern: RegExp) => () => slack.messages('C0OPS').find((message) => pattern.test(all(message)));
const ERROR = '{"level":"error","msg":"Error: socket hang up during query","service":"api"}\n';

describe('Slack, through the real Bolt in Socket Mode', () => {
  it('posts one alert for three equal lines', async () => {
    await bot.post(ERROR.repeat(3));
    const message = await eventually(find(/NET_RESET/), 2_000);
    for (const part of [
      /network_db/,
      /retry/,
      /3 events in 5 min/,
      /UTC/,
      /socket hang up during query/,
      /Samples/,
      /Sentry/,
    ]) {
      expect(all(message)).toMatch(part);
    }
    expect(message.references).toEqual([]);
  });

  it('answers /errors; Samples shows the lines; both are acknowledged within 3 s', async () => {
    const { ackMs } = await slack.slash('C0OPS', '/errors', '1h');
    expect(ackMs).toBeLessThan(3_000);
    const list = await eventually(find(/Errors, last 1 h/));
    await slack.press('C0OPS', list.ts, (button: { label: string }) => button.label.includes('Samples'));
    await eventually(find(/📄 NET_RESET/));
  });

  it('answers /observe -v with a verdict', async () => {
    await slack.slash('C0OPS', '/observe', '-v');
    expect(all(await eventually(find(/Verdict/)))).toMatch(/accounted for/);
  });

  it('gives a stranger one refusal and no facts', async () => {
    await slack.slash('C0STRANGE', '/errors', '');
    const refusal = await eventually(() => slack.messages('C0STRANGE')[0]);
    expect(all(refusal)).not.toMatch(/NET|error|hang/i);
  });

  it('shows hostile text as text: nothing in it pings or links', async () => {
    const hostile =
      '<!channel> <@U0ALICE> <https://evil.example|x> https://evil.example ```*bold* & @here \u202Eabc';
    await bot.post(
      `${JSON.stringify({ level: 'error', msg: `odd ${hostile}`, service: hostile })}\n`.repeat(3),
    );
    const message = await eventually(find(/odd/));
    expect(message.references).toEqual([]);
  });

  it('comes back after the socket was dropped', async () => {
    slack.dropSockets();
    await eventually(
      () =>
        slack.slash('C0OPS', '/observe', '').then(
          () => true,
          () => false,
        ),
      10_000,
    );
    await eventually(async () => (await bot.get('/readyz')).status === 200);
    await eventually(
      () => slack.messages('C0OPS').filter((message) => /Verdict/.test(all(message))).length >= 2,
    );
  });

  it('lives on when the app token is revoked, says so, and alerts still go out', async () => {
    slack.revokeToken('app');
    slack.dropSockets();
    await eventually(async () => {
      const { status, text } = await bot.get('/readyz');
      return status === 503 && /SLACK_APP_TOKEN/.test(text);
    }, 10_000);
    await bot.post('{"level":"error","msg":"Out of memory"}');
    await eventually(find(/OOM/));
  });
});

it('a refused bot token never ends the process, and is said in /readyz', async () => {
  const other = await startSlackDouble({ botToken: 'xoxb-right', appToken: 'xapp-test' });
  const lonely = await startBot({
    SLACK_BOT_TOKEN: 'xoxb-wrong-one',
    SLACK_APP_TOKEN: 'xapp-test',
    SLACK_CHANNEL: 'C0OPS',
    SLACK_API_URL: other.apiUrl,
  });
  await eventually(async () => {
    const { status, text } = await lonely.get('/readyz');
    return status === 503 && /SLACK_BOT_TOKEN/.test(text);
  });
  expect(lonely.output()).not.toContain('xoxb-wrong-one');
  expect(await lonely.kill('SIGTERM')).toBe(0);
  await other.stop();
});

it('HTTP mode: signed requests come in at /slack/events, others are refused', async () => {
  const other = await startSlackDouble({ botToken: 'xoxb-test', signingSecret: 's3cret-signing' });
  other.addChannel({ id: 'C0OPS', name: 'ops', member: true });
  const lonely = await startBot({
    SLACK_BOT_TOKEN: 'xoxb-test',
    SLACK_SIGNING_SECRET: 's3cret-signing',
    SLACK_CHANNEL: 'C0OPS',
    SLACK_API_URL: other.apiUrl,
  });
  await eventually(async () => (await lonely.get('/readyz')).status === 200);
  other.httpTarget = `${lonely.http}/slack/events`;
  await other.slash('C0OPS', '/errors', '');
  await eventually(() =>
    other.messages('C0OPS').find((message) => /No errors/.test(JSON.stringify(message))),
  );
  const forged = await fetch(`${lonely.http}/slack/events`, {
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: 'command=%2Ferrors&text=&channel_id=C0OPS',
  });
  expect(forged.status).toBe(401);
  await lonely.kill('SIGTERM');
  await other.stop();
});

it('the incoming webhook gets alerts without action buttons', async () => {
  const other = await startSlackDouble({ botToken: 'xoxb-test', webhookChannel: 'C0HOOK' } as never);
  other.addChannel({ id: 'C0HOOK', name: 'hook', member: true });
  const lonely = await startBot({ SLACK_WEBHOOK_URL: other.webhookUrl });
  await lonely.post('{"level":"error","msg":"Out of memory <!channel>"}');
  const message = await eventually(() => other.messages('C0HOOK')[0]);
  expect(all(message)).toContain('OOM');
  expect(all(message)).not.toContain('"actions"');
  await lonely.kill('SIGTERM');
  await other.stop();
});

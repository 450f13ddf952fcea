import { setTimeout as sleep } from 'node:timers/promises';
import { SocketModeReceiver } from '@slack/bolt';
import { describe, expect, it, onTestFinished } from 'vitest';
import { SocketKeeper } from '../../src/platforms/slack/socket.ts';
import { startSlackDouble } from '../doubles/slack-api.ts';
import { eventually } from '../e2e/bot-process.ts';

/** Bolt's own receiver against the double, as `slack.ts` makes it. */
async function keeper(connectTimeoutMs?: number) {
  const slack = await startSlackDouble({ botToken: 'xoxb-test', appToken: 'xapp-test' });
  const silent = () => {};
  const logger = {
    debug: silent,
    info: silent,
    warn: silent,
    error: silent,
    setLevel: silent,
    setName: silent,
  };
  const receiver = new SocketModeReceiver({
    appToken: 'xapp-test',
    autoReconnectEnabled: false,
    logger: { ...logger, getLevel: () => 'error' as never },
    installerOptions: {
      clientOptions: {
        slackApiUrl: slack.apiUrl,
        retryConfig: { retries: 0 },
        rejectRateLimitedCalls: true,
        timeout: 15_000,
      },
    },
  });
  let connected = 0;
  const sockets = new SocketKeeper({
    receiver,
    onConnected: () => {
      connected += 1;
    },
    onDisconnected: silent,
    ...(connectTimeoutMs === undefined ? {} : { connectTimeoutMs }),
  });
  onTestFinished(async () => {
    await sockets.stop();
    await slack.stop();
  });
  const opens = () => slack.calls.filter(({ method }) => method === 'apps.connections.open');
  return { slack, sockets, opens, connected: () => connected };
}

describe('the Socket Mode connection', () => {
  it('is not opened by an answer that comes after the stop', async () => {
    const { slack, sockets, opens } = await keeper();
    slack.fault('apps.connections.open', { kind: 'hang', ms: 500 });
    sockets.start();
    await eventually(() => opens().length === 1);
    await sockets.stop();
    await eventually(() => opens()[0]?.response);
    await sleep(300);
    expect(slack.connected()).toBe(0);
  });

  it('is opened once when the answer to the first attempt comes too late', async () => {
    const { slack, sockets, opens, connected } = await keeper(300);
    slack.fault('apps.connections.open', { kind: 'hang', ms: 2_000 });
    sockets.start();
    await slack.waitConnected(10_000);
    await sleep(500);
    expect(opens()).toHaveLength(2);
    expect(slack.connected()).toBe(1);
    expect(connected()).toBe(1);
  });

  it('is not opened again and again when Slack closes it right after its hello', async () => {
    const { slack, sockets, opens } = await keeper();
    sockets.start();
    const endsAt = performance.now() + 2_500;
    while (performance.now() < endsAt) {
      if (slack.connected() > 0) slack.dropSockets();
      await sleep(5);
    }
    expect(opens().length).toBeGreaterThanOrEqual(2);
    expect(opens().length).toBeLessThanOrEqual(3);
  });

  it('waits as long as Slack asks when there were too many attempts', async () => {
    const { slack, sockets, opens } = await keeper();
    slack.fault('apps.connections.open', { kind: '429', retryAfter: 3 });
    sockets.start();
    await slack.waitConnected(10_000);
    const [first, second] = opens();
    expect((second?.at ?? 0) - (first?.at ?? 0)).toBeGreaterThanOrEqual(2_900);
  });
});

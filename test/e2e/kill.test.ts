import { afterAll, expect, it } from 'vitest';
import { startTelegramDouble } from '../doubles/telegram-bot-api.ts';
import { type BotProcess, cleanUp, cli, startBot, tempDir } from './bot-process.ts';

afterAll(cleanUp);

const CHAT = -100200300;
const ROUNDS = 50;
const BATCH = 20;

/** A generator with a seed, so that a failing run can be repeated. */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

interface Counted {
  readonly count: number;
  readonly signature: string | null;
}

async function countOf(bot: BotProcess): Promise<number> {
  const { stdout } = await cli(['errors', '1d', '--json'], { env: { TOCSIN_DATA: bot.dataDir } });
  return stdout
    .split('\n')
    .filter((line) => line !== '')
    .reduce((sum, line) => sum + (JSON.parse(line) as Counted).count, 0);
}

it(`counts every acknowledged event once and rings once over ${ROUNDS} kill -9 at random points`, async () => {
  const telegram = await startTelegramDouble({ token: '123456:TEST' });
  telegram.addChat({ id: CHAT, type: 'supergroup', title: 'ops' });
  const env = {
    ALERT_TELEGRAM_BOT_TOKEN: '123456:TEST',
    ALERT_TELEGRAM_CHAT_ID: String(CHAT),
    TELEGRAM_API_ROOT: telegram.apiRoot,
    TOCSIN_DATA: tempDir(),
  };
  const next = random(20261121);
  let acknowledged = 0;
  let uncertain = 0;
  for (let round = 0; round < ROUNDS; round += 1) {
    const bot = await startBot(env);
    const killAt = performance.now() + next() * 150;
    let killed: Promise<unknown> | undefined;
    const timer = setTimeout(() => {
      killed = bot.kill('SIGKILL');
    }, killAt - performance.now());
    for (;;) {
      const line = JSON.stringify({ level: 'error', msg: 'connect ECONNRESET 10.0.0.1', service: 'api' });
      const body = `${line}\n`.repeat(BATCH);
      try {
        const answer = await bot.post(body);
        expect(answer).toMatchObject({ status: 200, body: { accepted: BATCH } });
        acknowledged += BATCH;
      } catch {
        // Sent but not answered: it may or may not be stored, as a whole.
        uncertain += 1;
        break;
      }
    }
    clearTimeout(timer);
    await killed;
  }
  const bot = await startBot(env);
  const counted = await countOf(bot);
  expect((counted - acknowledged) % BATCH).toBe(0);
  expect(counted).toBeGreaterThanOrEqual(acknowledged);
  expect(counted).toBeLessThanOrEqual(acknowledged + uncertain * BATCH);

  // One ring for the whole run, which is shorter than its cooldown; further copies only where a kill met the request under way, marked.
  await new Promise((resolve) => setTimeout(resolve, 1_000));
  const rings = telegram.calls
    .filter(({ method }) => method === 'sendMessage')
    .map(({ payload }) => ({ text: String(payload['text']) }))
    .filter(({ text }) => text.includes('NET_RESET'));
  expect(rings.length).toBeGreaterThanOrEqual(1);
  expect(rings.filter(({ text }) => !text.includes('Possible repeat')).length).toBeLessThanOrEqual(1);
  await bot.kill('SIGTERM');
  await telegram.stop();
}, 240_000);

import { afterAll, expect, it } from 'vitest';
import { startBotHere } from './bot-in-process.ts';
import { cleanUp, eventually } from './bot-process.ts';

afterAll(cleanUp);

it('an alert of another system rings at its first event, and is told to be resolved', async () => {
  const bot = await startBotHere({ env: {}, alerts: 'fingerprint: seed\nmin_count_default: 3\n' });
  const send = async (status: string, alertname: string, severity: string) => {
    const times = { startsAt: '2026-11-21T10:00:00Z', endsAt: '2026-11-21T10:05:00Z' };
    const annotations = { summary: 'p99 of the checkout is 2.3 s' };
    const alert = { status, labels: { alertname, severity, service: 'shop' }, annotations, ...times };
    const body = JSON.stringify({ version: '4', status, alerts: [alert] });
    expect((await fetch(`${bot.http}/alertmanager`, { method: 'POST', body })).status).toBe(200);
  };
  const rings = () => bot.db.prepare('SELECT count(*) FROM alerts').pluck().get();
  const notices = () =>
    (bot.db.prepare("SELECT notice FROM outbox WHERE kind = 'notice'").pluck().all() as string[]).join('\n');

  await send('firing', 'Watchdog', 'none');
  await send('resolved', 'NeverFired', 'critical');
  expect(rings()).toBe(0);
  await send('firing', 'Latency', 'warning');
  await send('firing', 'Latency', 'warning');
  expect(rings()).toBe(1);
  await send('resolved', 'Latency', 'warning');
  await eventually(() => notices().includes('Resolved'), 3_000);
  expect(rings()).toBe(1);
  expect(notices()).toMatch(/Latency: p99 of the checkout.*\(shop\), says alertmanager/);
  expect(notices()).not.toContain('NeverFired');
  await bot.stop();
});

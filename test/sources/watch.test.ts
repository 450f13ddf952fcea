import { afterEach, describe, expect, it } from 'vitest';
import type { WatchSettings } from '../../src/config/settings.ts';
import type { Submission } from '../../src/pipeline/submission.ts';
import { recordOfText } from '../../src/record/text.ts';
import { Watch } from '../../src/watch.ts';
import { MINUTE, NOON, openRoom } from '../pipeline/room.ts';

const WATCHES: WatchSettings = {
  sources: [
    { name: 'otlp', silenceMs: 15 * MINUTE },
    { name: 'shop', silenceMs: 5 * MINUTE },
  ],
  heartbeats: [{ name: 'backup', everyMs: 60 * MINUTE, graceMs: 5 * MINUTE }],
};

let room: ReturnType<typeof openRoom>;
const watches: Watch[] = [];
let now = NOON;
let told: string[] = [];
afterEach(() => {
  for (const watch of watches.splice(0)) watch.stop();
  room.close();
});

/** A watch on the room's database, at a time of the virtual clock. */
function start(settings: Partial<WatchSettings>): Watch {
  const { store, pipeline } = room;
  const watch = new Watch({
    watches: { sources: [], heartbeats: [], ...settings },
    store,
    pipeline,
    announce: ({ summary }) => told.push(summary),
    now: () => now,
    log: { error: (fields) => expect.fail(JSON.stringify(fields)) },
  });
  watches.push(watch);
  return watch;
}

function begin(settings: Partial<WatchSettings> = WATCHES): Watch {
  room = openRoom();
  now = NOON;
  told = [];
  return start(settings);
}

/** Looks at a minute after noon, and commits what that said. */
async function lookAt(watch: Watch, minute: number): Promise<void> {
  now = NOON + minute * MINUTE;
  watch.look();
  room.pipeline.flush();
  await new Promise((resolve) => setImmediate(resolve));
}

function hear(watch: Watch, minute: number, source: string, service?: string): void {
  now = NOON + minute * MINUTE;
  const record = { ...recordOfText('hello', { observedAt: now }), resource: service ? { service } : {} };
  watch.heard({ source, records: [record] } satisfies Submission);
}

const rings = () => room.store.health.recentAlerts(10).map(({ name }) => name);

describe('a source that goes silent', () => {
  it('rings once, at the end of its minutes, under SOURCE_SILENT', async () => {
    const watch = begin({ sources: [{ name: 'otlp', silenceMs: 15 * MINUTE }] });
    hear(watch, 10, 'otlp');
    await lookAt(watch, 24.9);
    expect(rings()).toEqual([]);
    for (let minute = 25; minute < 60; minute += 1) await lookAt(watch, minute);
    expect(rings()).toEqual(['SOURCE_SILENT']);
    expect(room.store.errors.lastErrorAt()).toBeGreaterThan(NOON + 54 * MINUTE);
  });

  it('is back with its next line, which is told; and rings anew at its next silence, however soon', async () => {
    const watch = begin({ sources: [{ name: 'shop', silenceMs: 2 * MINUTE }] });
    await lookAt(watch, 2);
    hear(watch, 3, 'http', 'shop');
    expect(told).toEqual(['✅ The source shop is back, after 3 min of silence.']);
    await lookAt(watch, 4);
    await lookAt(watch, 5);
    expect(rings()).toEqual(['SOURCE_SILENT', 'SOURCE_SILENT']);
  });

  it('is a group of its own, that can be muted', async () => {
    const watch = begin();
    await lookAt(watch, 6);
    await lookAt(watch, 16);
    const fingerprints = room.store.health.recentAlerts(10).map(({ fingerprint }) => fingerprint);
    expect(new Set(fingerprints).size).toBe(2);
    hear(watch, 16, 'http', 'shop');
    const mute = { scope: 'signature', name: 'SOURCE_SILENT', createdBy: 'a', reason: null } as const;
    room.store.mutes.mute({ ...mute, until: NOON + 90 * MINUTE, createdAt: now });
    await lookAt(watch, 30);
    hear(watch, 31, 'udp', 'shop');
    expect(rings()).toHaveLength(2);
    expect(told).toHaveLength(1);
  });

  it('does not ring again after a restart, is back after one, and rings for what it was silent before', async () => {
    const watch = begin();
    await lookAt(watch, 6);
    watch.stop();
    const second = start(WATCHES);
    await lookAt(second, 10);
    expect(rings()).toEqual(['SOURCE_SILENT']);
    hear(second, 11, 'http', 'shop');
    expect(told).toEqual(['✅ The source shop is back, after 11 min of silence.']);
    second.stop();
    now = NOON + 40 * MINUTE;
    const third = start(WATCHES);
    await lookAt(third, 40.5);
    expect(rings()).toHaveLength(1);
    await lookAt(third, 41);
    expect(rings()).toEqual(['SOURCE_SILENT', 'SOURCE_SILENT', 'SOURCE_SILENT']);
  });
});

describe('a heartbeat', () => {
  it('that does not come rings once, and is told when it comes', async () => {
    const watch = begin();
    now = NOON + MINUTE;
    expect(await watch.beat('backup', undefined)).toEqual({ known: true, nextBy: NOON + 66 * MINUTE });
    const only = start({ heartbeats: WATCHES.heartbeats });
    await lookAt(only, 65.9);
    expect(rings()).toEqual([]);
    await lookAt(only, 66);
    await lookAt(only, 80);
    expect(rings()).toEqual(['HEARTBEAT_MISSED']);
    await only.beat('backup', undefined);
    expect(told).toEqual(['✅ The heartbeat of backup is back, after 1 h 19 min of silence.']);
  });

  it('that says that its job failed rings at once, with what it says, less its secrets', async () => {
    const watch = begin();
    const fail = async () => {
      const done = watch.beat('backup', 'pg_dump: password=hunter2 refused');
      room.pipeline.flush();
      await done;
    };
    await fail();
    await fail();
    expect(rings()).toEqual(['HEARTBEAT_FAILED']);
    const [group] = room.store.health.recentAlerts(1);
    const known = room.store.samples.resolve(group?.fingerprint ?? '');
    const [sample] = known ? room.store.samples.newest(known, 1) : [];
    expect(sample?.text).toMatch(/^pg_dump: password=\S+ refused$/);
    expect(sample?.text).not.toContain('hunter2');
    await watch.beat('backup', undefined);
    expect(told).toEqual([expect.stringMatching(/^✅ The heartbeat of backup is good again/)]);
  });

  it('of an unknown name is told which there are', async () => {
    const answer = await begin().beat('bakcup', undefined);
    expect(answer).toMatchObject({ known: false, hint: expect.stringContaining('backup') });
  });
});

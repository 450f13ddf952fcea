import type { Db } from './database.ts';
import type { EventFold } from './group-batch.ts';
import type { GroupRow, OpenRow } from './group-rows.ts';

const MINUTE_MS = 60_000;

export interface EventRowLimits {
  readonly samplesPerGroup: number;
  /** Rows of events, and samples, of one group, service and minute: after a restart up to so many more. */
  readonly samplesPerMinute: number;
}

/**
 * The rows of events and the rings of samples. Above so many rows a minute the last of them takes the further events of that
 * minute: its count, the time of its last event, and as many of their times as the engine needs to go on (group-state.ts).
 */
export function createEventRows(db: Db, { samplesPerGroup, samplesPerMinute }: EventRowLimits) {
  const add = db.prepare(`
    INSERT INTO events (group_id, service_id, observed_at, count, severity_number, timestamp, host, trace_id, span_id,
      last_at, times)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`);
  // Ids of rows that were forgotten are given again: group and time say whether it is still that row.
  const fold = db.prepare(`
    UPDATE events SET count = count + ?, last_at = max(coalesce(last_at, 0), ?), times = ?
    WHERE id = ? AND group_id = ? AND observed_at = ?`);
  const putSample = db.prepare(`
    INSERT OR REPLACE INTO samples (group_id, slot, number, observed_at, service_id, trace_id, text)
    VALUES (?, ?, ?, ?, ?, ?, ?)`);

  /** False when the row is not there any more. */
  function foldIn(row: OpenRow, event: EventFold, groupId: number): boolean {
    row.times = newest(row.times, event);
    const times = textOf(row.times, row.observedAt);
    return fold.run(event.count, event.lastAt, times, row.id, groupId, row.observedAt).changes > 0;
  }

  function addRow(groupId: number, serviceId: number, event: EventFold): number {
    const { observedAt, lastAt } = event;
    const last = lastAt === observedAt ? null : lastAt;
    return Number(
      add.run(
        ...[groupId, serviceId, observedAt, event.count, event.severityNumber, event.timestamp ?? null],
        ...[event.host ?? null, event.traceId ?? null, event.spanId ?? null],
        ...[last, textOf(event.times, observedAt)],
      ).lastInsertRowid,
    );
  }

  function addSamples(group: GroupRow, serviceId: number, { samples, observedAt }: EventFold, most: number) {
    const written = samples.slice(0, most);
    for (const { traceId, text } of written) {
      const number = group.samples++;
      putSample.run(group.id, number % samplesPerGroup, number, observedAt, serviceId, traceId ?? null, text);
    }
    return written.length;
  }

  return {
    /** Within the transaction of a batch. */
    write(group: GroupRow, serviceId: number, event: EventFold): void {
      if (event.startsOver) group.open.clear();
      const minute = Math.floor(event.observedAt / MINUTE_MS);
      const before = group.open.get(serviceId);
      const open = before?.minute === minute ? before : undefined;
      if (open && open.rows >= samplesPerMinute && foldIn(open, event, group.id)) return;
      const id = addRow(group.id, serviceId, event);
      const left = samplesPerMinute - (open?.samples ?? 0);
      const samples = (open?.samples ?? 0) + addSamples(group, serviceId, event, left);
      const { observedAt, times } = event;
      group.open.set(serviceId, { minute, id, observedAt, rows: (open?.rows ?? 0) + 1, samples, times });
    },
  };
}

/** The newest times of a row and of what comes to it. */
function newest(times: readonly number[], { observedAt, count, times: more, timesKept }: EventFold) {
  if (timesKept === 0) return [];
  const first = Array.from({ length: Math.min(timesKept, count - more.length) }, () => observedAt);
  return [...times, ...first, ...more].slice(-timesKept);
}

function textOf(times: readonly number[], observedAt: number): string | null {
  return times.length === 0 ? null : times.map((at) => at - observedAt).join(',');
}

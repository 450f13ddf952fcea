import { plainMessage } from './chat/views/plain.ts';
import type { EngineRoom } from './engine-room.ts';
import { RESOLVED } from './pipeline/pipeline.ts';
import type { Submission } from './pipeline/submission.ts';
import { redactRecord } from './record/redact.ts';

/** More of one message are told as a number. */
const MAX_TOLD = 10;
const MAX_LENGTH = 200;

/** Says in the chats which alerts of another system are over, as far as their groups are known and not muted. */
export function tellResolved(
  room: Pick<EngineRoom, 'store' | 'pipeline' | 'announce'>,
  { source, records }: Submission,
  now: number,
): void {
  const over = records.filter((record) => {
    if (record.event !== RESOLVED) return false;
    const { event: _, ...firing } = record;
    const group = room.pipeline.groupOf(firing);
    const known = room.store.grouping.groupOf(group.fingerprint) !== undefined;
    return known && room.store.mutes.covering(group, now) === undefined;
  });
  for (const record of over.slice(0, MAX_TOLD)) {
    const { body, resource } = redactRecord(record);
    const where = resource.service === undefined ? '' : ` (${resource.service})`;
    room.announce(
      plainMessage(
        '✅ Resolved: ',
        { style: 'bold', text: body.slice(0, MAX_LENGTH) },
        `${where}, says ${source}.`,
      ),
    );
  }
  if (over.length > MAX_TOLD)
    room.announce(plainMessage(`✅ ${over.length - MAX_TOLD} more alerts are resolved, says ${source}.`));
}

import type { Signature } from './classify/signature.ts';
import type { Alarm } from './pipeline/submission.ts';

/** Under which category the bot rings for what it misses. */
const CATEGORY = 'tocsin';
/** While it lasts an event comes this often, so that messages and `/errors` know that it goes on. */
export const GOES_ON_EVERY_MS = 5 * 60_000;
const WINDOW_MS = 15 * 60_000;
/** What goes on does not ring again. */
const NEVER_MS = 3650 * 86_400_000;

export const ALARM_IDS = ['SOURCE_SILENT', 'HEARTBEAT_MISSED', 'HEARTBEAT_FAILED'] as const;
export type AlarmId = (typeof ALARM_IDS)[number];

/** How the bot rings by itself: severity high, policy notify, at once. `goesOn`: it has rung, and is not over. */
export function alarmOf(
  id: AlarmId,
  options: { readonly name: string; readonly summary: string; readonly goesOn: boolean },
): Alarm {
  const { name, summary, goesOn } = options;
  const signature: Signature = {
    id,
    category: CATEGORY,
    pattern: '',
    severity: 'high',
    policy: 'notify',
    summary,
    windowMs: WINDOW_MS,
    cooldownMs: goesOn ? NEVER_MS : 0,
  };
  return { signature, canonical: `${id} ${name}` };
}

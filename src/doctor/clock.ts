import { createTimeFormat, formatSpan } from '../chat/views/format.ts';
import { type Finding, ok, skipped, wrong } from '../platforms/finding.ts';

/** Slack refuses signed requests five minutes off; alerts with wrong times mislead long before that. */
const MOST_OFF_MS = 30_000;

/** The clock against those of the chats that answered, in how far it is ahead of them (ms). */
export function examineClock(ahead: readonly (number | undefined)[]): Finding {
  const known = ahead.filter((ms) => ms !== undefined);
  const [first] = known;
  if (first === undefined)
    return skipped('Clock', 'no chat answered, so there is nothing to compare it with');
  const worst = known.reduce((most, ms) => (Math.abs(ms) > Math.abs(most) ? ms : most), first);
  if (Math.abs(worst) <= MOST_OFF_MS) return ok('Clock', 'agrees with that of the chats');
  const way = worst > 0 ? 'ahead of' : 'behind';
  return wrong(
    'Clock',
    `it is ${formatSpan(Math.abs(worst))} ${way} that of the chats: switch time synchronisation on (timedatectl set-ntp true)`,
  );
}

/** `timezone` is checked when the settings are read; here people see what it makes of now. */
export function examineTimeZone(timeZone: string, now: number): Finding {
  return ok('Time zone', `messages say ${createTimeFormat(timeZone)(now, now)} now`);
}

/** `59 s`, `5 min`, `2 h 10 min`, `3 d`: how long a span is (ms), in at most two units. */
export function formatSpan(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1000));
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 60) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  if (hours < 48) return minutes % 60 === 0 ? `${hours} h` : `${hours} h ${minutes % 60} min`;
  return `${Math.round(hours / 24)} d`;
}

/** `just now`, `5 min ago`. */
export function formatAgo(at: number, now: number): string {
  return now - at < 2_000 ? 'just now' : `${formatSpan(now - at)} ago`;
}

/** `1,234,567`. */
export function formatCount(count: number): string {
  return count.toLocaleString('en-US');
}

/** `12 events`, `1 event`. */
export function plural(count: number, noun: string): string {
  return `${formatCount(count)} ${noun}${count === 1 ? '' : 's'}`;
}

/** `3.2 MB`. */
export function formatBytes(bytes: number): string {
  const units = ['B', 'KB', 'MB', 'GB', 'TB'];
  let value = bytes;
  let unit = 0;
  while (value >= 1024 && unit < units.length - 1) {
    value /= 1024;
    unit += 1;
  }
  return `${value < 10 && unit > 0 ? value.toFixed(1) : Math.round(value)} ${units[unit]}`;
}

/** Writes instants (ms) in one time zone, and says which: `07:01:12 UTC`, with the date when it is another day than `now`. */
export function createTimeFormat(timeZone: string) {
  const time = new Intl.DateTimeFormat('en-GB', {
    timeZone,
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
  });
  const date = new Intl.DateTimeFormat('en-CA', { timeZone });
  const zone = new Intl.DateTimeFormat('en-GB', { timeZone, timeZoneName: 'short' });
  const nameOf = (at: number) =>
    zone.formatToParts(at).find((part) => part.type === 'timeZoneName')?.value ?? timeZone;
  return (at: number, now: number): string => {
    const day = date.format(at);
    const clock = `${time.format(at)} ${nameOf(at)}`;
    return day === date.format(now) ? clock : `${day} ${clock}`;
  };
}

export type TimeFormat = ReturnType<typeof createTimeFormat>;

import { randomUUID } from 'node:crypto';
import { existsSync, rmSync, statfsSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { formatBytes } from '../chat/views/format.ts';
import { type Finding, ok, wrong } from '../platforms/finding.ts';

const ABOUT = 'Data directory';
/** Less would be used up by one storm and its journal. */
const LEAST_FREE_BYTES = 256 * 1024 ** 2;

/** Whether the database can be written where TOCSIN_DATA says, by this user, and has room to grow. */
export function examineDataDirectory(dataDir: string, maxDatabaseBytes: number): Finding[] {
  const exists = existsSync(dataDir);
  const place = exists ? dataDir : nearest(dataDir);
  const findings = [writable(dataDir, place, exists), ...(exists ? [owner(dataDir)] : [])];
  return [...findings.filter((finding) => finding !== undefined), space(place, maxDatabaseBytes)];
}

function nearest(path: string): string {
  let place = dirname(resolve(path));
  while (!existsSync(place)) place = dirname(place);
  return place;
}

function writable(dataDir: string, place: string, exists: boolean): Finding {
  if (!statSync(place).isDirectory())
    return wrong(ABOUT, `${place} is no directory: remove it, or set TOCSIN_DATA to another place`);
  const probe = join(place, `.tocsin-doctor-${randomUUID()}`);
  try {
    writeFileSync(probe, '');
    rmSync(probe);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    return wrong(
      ABOUT,
      `${place} cannot be written (${code}): give it to this user (chown), or set TOCSIN_DATA to another directory`,
    );
  }
  return ok(
    ABOUT,
    exists ? `${dataDir} is writable` : `${dataDir} is not there yet, the first start makes it`,
  );
}

/** A database that another user made is not written by the bot; root reads and writes all, and so hides it. */
function owner(dataDir: string): Finding | undefined {
  const user = process.getuid?.();
  if (user === undefined) return undefined;
  const strangers = [dataDir, join(dataDir, 'tocsin.db')]
    .filter((path) => existsSync(path))
    .map((path) => ({ path, uid: statSync(path).uid }))
    .filter(({ uid }) => uid !== user);
  const [first] = strangers;
  if (first === undefined) return undefined;
  return wrong(
    `${ABOUT} owner`,
    `${first.path} belongs to user id ${first.uid}, this runs as ${user}: run the bot and its commands as one user, or chown -R it`,
  );
}

function space(place: string, maxDatabaseBytes: number): Finding {
  const { bavail, bsize } = statfsSync(place);
  const free = bavail * bsize;
  const limit = `the database may grow to ${formatBytes(maxDatabaseBytes)} (retention.max_database)`;
  return free < LEAST_FREE_BYTES
    ? wrong('Disk', `only ${formatBytes(free)} free: make room, or set TOCSIN_DATA to another disk; ${limit}`)
    : ok('Disk', `${formatBytes(free)} free; ${limit}`);
}

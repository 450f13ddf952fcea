import { askBot, ControlError, findRunning, type Owner } from '../control.ts';
import { type Finding, ok, skipped, wrong } from '../platforms/finding.ts';

/** Who runs on the data directory, and what it says of itself. */
export interface Running {
  readonly owner: Owner | undefined;
  /** The answer to `/observe -v`; it names where the bot listens. */
  readonly report: string;
  readonly finding: Finding;
}

const ABOUT = 'Running';
const TIMEOUT_MS = 10_000;

/** Asks over the control socket, which only the owner may open. */
export async function examineRunning(dataDir: string): Promise<Running> {
  try {
    const owner = await inTime(findRunning(dataDir));
    if (owner === undefined)
      return {
        owner,
        report: '',
        finding: skipped(ABOUT, `no bot runs on ${dataDir}; "npm start" starts it`),
      };
    if (owner === 'pipe')
      return { owner, report: '', finding: ok(ABOUT, `a tocsin pipe writes into ${dataDir}`) };
    const reply = await inTime(askBot(dataDir, 'POST', '/command', JSON.stringify(['observe', '-v'])));
    return { owner, report: reply?.body ?? '', finding: ok(ABOUT, `the bot runs on ${dataDir}`) };
  } catch (error) {
    if (!(error instanceof ControlError) && !(error instanceof TimeoutError)) throw error;
    return { owner: undefined, report: '', finding: wrong(ABOUT, error.message) };
  }
}

class TimeoutError extends Error {}

async function inTime<T>(work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    const message = `the bot did not answer within ${TIMEOUT_MS / 1000} s: look at its log, or start it again`;
    timer = setTimeout(() => reject(new TimeoutError(message)), TIMEOUT_MS);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}

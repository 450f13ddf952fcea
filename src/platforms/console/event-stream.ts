import { randomBytes } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Change, Feed } from './feed.ts';

/** Shorter than the idle limits of common proxies (nginx 60 s, Heroku 55 s). */
const HEARTBEAT_MS = 15_000;

/** A page that has let this much pile up does not read any more; it comes back by itself and resumes. */
const MAX_UNREAD_BYTES = 4 * 1024 * 1024;

/**
 * Server-Sent Events (https://html.spec.whatwg.org/multipage/server-sent-events.html) from the feed to all open pages:
 * `hello`, then an `entry` for each entry that the page lacks or has in an older form, `ready`, and from then on an `entry` for each change.
 * Event ids are `{run}-{sequence}`; a page of another run of the bot gets everything.
 */
export function createEventStream(feed: Feed, hello: () => Readonly<Record<string, unknown>>) {
  const run = randomBytes(4).toString('hex');
  const open = new Set<ServerResponse>();

  const afterOf = (req: IncomingMessage, url: URL): number => {
    const header = req.headers['last-event-id'];
    // A new EventSource cannot set the header, so a page that reconnects on its own says it in the query.
    const id = typeof header === 'string' ? header : (url.searchParams.get('after') ?? '');
    const [, ofRun, sequence] = /^([0-9a-f]{8})-(\d{1,15})$/.exec(id) ?? [];
    return ofRun === run ? Number(sequence) : 0;
  };

  return {
    /** Answers with the stream; it stays open until the page leaves or `stop`. */
    connect(req: IncomingMessage, res: ServerResponse, url: URL): void {
      res.writeHead(200, { 'Content-Type': 'text/event-stream; charset=utf-8', 'X-Accel-Buffering': 'no' });
      const sendEntry = ({ sequence, entry }: Change): void => {
        if (res.writableLength > MAX_UNREAD_BYTES) res.destroy();
        else res.write(event('entry', entry, `${run}-${sequence}`));
      };
      // The resumed entries may be more than `MAX_UNREAD_BYTES`: they are one write, before anything is measured.
      const missed = feed
        .since(afterOf(req, url))
        .map((c) => event('entry', c.entry, `${run}-${c.sequence}`));
      res.write(
        [
          event('hello', { ...hello(), run }),
          ...missed,
          event('ready', {}, `${run}-${feed.sequence()}`),
        ].join(''),
      );
      const unsubscribe = feed.subscribe(sendEntry);
      // A comment keeps proxies awake; the event is for the page, which cannot see comments, to notice a dead connection.
      const heartbeat = setInterval(() => res.write(`: alive\n${event('alive', {})}`), HEARTBEAT_MS);
      heartbeat.unref();
      open.add(res);
      res.on('close', () => {
        open.delete(res);
        unsubscribe();
        clearInterval(heartbeat);
      });
    },
    /** Ends all streams; resolves when they are closed. */
    async stop(): Promise<void> {
      await Promise.all(
        [...open].map(
          (res) =>
            new Promise<void>((resolve) => {
              res.on('close', resolve);
              res.end();
              // A page that does not read would keep `end` waiting for ever.
              if (res.writableLength > 0) setTimeout(() => res.destroy(), 1000).unref();
            }),
        ),
      );
    },
  };
}

/** JSON has no raw line breaks, so no text can end an event or begin another. */
function event(name: string, data: unknown, id?: string): string {
  return `${id === undefined ? '' : `id: ${id}\n`}event: ${name}\ndata: ${JSON.stringify(data)}\n\n`;
}

import { once } from 'node:events';
import { createWriteStream, existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createRandom } from './random.mjs';
import { COMMON, makeSignatures } from './signatures.mjs';

const SERVICES = ['api', 'web', 'worker', 'billing', 'mailer', 'search', 'ingress'];
const HOSTS = ['web-1', 'web-2', 'app-3', 'app-4', 'db-5'];
const PATHS = ['/api/users', '/api/orders', '/cart', '/healthz', '/static/app.js', '/search', '/login'];
/** What goes well, as programs say it; `#` is a number, `@` a hex id. */
const PLAIN = [
  '10.0.#.# - - "GET $path/# HTTP/1.1" 200 # "-" "Mozilla/5.0 (X11; Linux x86_64)" rt=0.0#',
  '10.0.#.# - - "POST $path HTTP/1.1" 201 # "-" "okhttp/4.12.0" rt=0.0# request_id=@',
  'request completed method=GET path=$path/# status=200 duration_ms=# request_id=@ user=#',
  'job done queue=default id=@ attempts=1 took=#ms waiting=#',
  'checkpoint complete: wrote # buffers (0.#%); 0 WAL file(s) added, # removed; sync=0.0# s, total=#.# s',
  'Accepted publickey for deploy from 10.0.#.# port # ssh2: RSA SHA256:@',
  'cache hit key=user:#:profile size=# ttl=#s node=cache-#',
  'scheduled pod shop/web-@ on node-# (cpu #m, memory #Mi)',
  'consumer group=orders partition=# offset=#  lag=# committed in # ms',
  'GC pause (young) #M->#M(#M) #.#ms, heap ok',
];
/** Without digits, so that each is a group of its own; 26 * 26 * 26 * 26 of them. */
const suffix = (n) =>
  [17_576, 676, 26, 1].map((unit) => 'abcdefghijklmnopqrstuvwxyz'[Math.floor(n / unit) % 26]).join('');

/**
 * Endless records of a seed: `errors` (0 to 1) of them match one of the common signatures, so that the same lines serve rule sets
 * of every size. `groups` bounds how many different errors there are; `real` are lines of a folder, in place of the made-up ones.
 */
export function* records({ seed, errors, groups, real }) {
  const random = createRandom(seed);
  const signatures = makeSignatures(COMMON);
  for (;;) {
    const service = random.pick(SERVICES);
    if (random.next() < errors) {
      const n = random.below(groups);
      const { text } = signatures[n % signatures.length];
      yield {
        level: 'error',
        service,
        random,
        msg: `${text} while serving tenant ${suffix(n)} id=${random.below(1e6)}`,
      };
    } else if (real) {
      const { raw, line } = random.pick(real);
      yield { level: 'info', service, random, raw, msg: line };
    } else {
      const msg = random.pick(PLAIN).replace(/[#@]|\$path/g, (hole) => {
        if (hole === '#') return String(random.below(1000));
        return hole === '@'
          ? random
              .below(2 ** 31)
              .toString(16)
              .padStart(8, '0')
          : random.pick(PATHS);
      });
      yield { level: 'info', service, random, msg };
    }
  }
}

/** How a record is written; all of about 150 bytes. */
export const WRITERS = {
  raw: ({ level, service, raw, msg, random }) =>
    raw ??
    `2026-11-21T10:${10 + random.below(50)}:07.${100 + random.below(900)}Z ${random.pick(HOSTS)} ${service}[${random.below(9000)}]: ${level.toUpperCase()} ${msg}`,
  json: ({ level, service, msg, random }) =>
    JSON.stringify({
      time: 1_795_255_200_000 + random.below(1e6),
      level,
      service,
      host: random.pick(HOSTS),
      msg,
    }),
  syslog: ({ level, service, msg, random }) =>
    `<${level === 'error' ? 11 : 14}>Nov 21 10:00:07 ${random.pick(HOSTS)} ${service}[${random.below(9000)}]: ${msg}`,
};

/** The lines of `*.log`, `*.txt` and `*.jsonl` ({"line","raw"}) in a folder, without those that tell of errors. */
export function readRealLines(folder) {
  const tells = /error|fail|fatal|exception|critical|panic|denied|refused|timed? ?out|invalid/i;
  const lines = readdirSync(folder, { recursive: true })
    .filter((name) => /\.(?:log|txt|jsonl)$/.test(name))
    .sort()
    .flatMap((name) =>
      readFileSync(join(folder, name), 'utf8')
        .split('\n')
        .filter((text) => text.trim() !== '')
        .map((text) => {
          const { line, raw } = name.endsWith('.jsonl') ? JSON.parse(text) : { line: text };
          return { line: line ?? raw, raw: raw ?? line };
        }),
    )
    .filter(({ line, raw }) => typeof line === 'string' && line !== '' && !tells.test(raw));
  if (lines.length === 0)
    throw new Error(`${folder} has no lines: expected *.log, *.txt or *.jsonl with {"line"|"raw"}.`);
  return lines;
}

/** The first `count` lines. */
export function takeLines(options, form, count) {
  const write = WRITERS[form];
  const lines = [];
  for (const record of records(options)) {
    lines.push(write(record));
    if (lines.length === count) return lines;
  }
  return lines;
}

/** A file with the first `count` lines, made once. */
export async function corpusFile(dir, options, form, count) {
  const file = join(dir, `${form}-${options.errors}-${options.groups}-${count}.log`);
  if (existsSync(file)) return file;
  const out = createWriteStream(file);
  const write = WRITERS[form];
  let text = '';
  let left = count;
  for (const record of records(options)) {
    text += `${write(record)}\n`;
    left -= 1;
    if (left === 0 || text.length > 1 << 20) {
      if (!out.write(text)) await once(out, 'drain');
      text = '';
    }
    if (left === 0) break;
  }
  out.end();
  await once(out, 'finish');
  return file;
}

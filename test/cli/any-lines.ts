import fc from 'fast-check';
import { TRACES } from '../record/traces.ts';

/** Words on which some rule turns, or nearly does. */
const WORDS = [
  ...[
    'error',
    'ERROR',
    'Error:',
    'errors',
    '0 errors',
    'terror',
    'KeyError',
    'IOException',
    'fail',
    'fail:',
    'failed',
  ],
  ...[
    'ERR',
    'err:',
    'CRIT',
    'severe',
    'SEVERE:',
    'FATAL',
    'fatal:',
    'panic: x',
    'PANIC',
    'ALERT',
    'EMERG',
    'DPANIC',
    'FTL',
    '[PNC]',
  ],
  ...[
    'level=error',
    'level="fatal"',
    'lvl=crit',
    '"severity":"alert"',
    'log.level: err',
    'at=error',
    'level=info',
    'severity=50',
  ],
  ...[
    '[error]',
    '|ERROR|',
    '| crit |',
    '[app:error]',
    '[ warn ]',
    'INFO',
    'WARN',
    'DEBUG',
    'info:',
    'warn:',
    'LOG:',
    'NOTICE',
  ],
  ...[
    'E0501 10:00:00.000',
    'E/Tag (12)',
    'E, [2024',
    '05-01 10:00:00.000  12  12 E Tag',
    '<3>',
    '<191>',
    'npm ERR!',
    'npm error',
  ],
  ...[
    'PHP Fatal error:',
    'PHP Parse error',
    'production.ERROR: x',
    '7:M 01 May 2024 10:00:00.123 # x',
    'timed out',
    'OOM',
    'cannot',
  ],
  ...[
    'token=abc',
    'Bearer abcdef',
    'password: hunter2',
    'pass=x',
    "pass' =x",
    'api_key=1',
    'DSN',
    'dsn=x',
    'private key',
    'Cookie: a=b',
  ],
  ...[
    'https://u:p@h/x',
    'https://abcdefghijklmnopqrstuvwx@h',
    'u:p@tcp(h)',
    'jdbc:oracle:thin:u/p@h',
    'mysql -uroot -psecret',
    '-u root -psecret',
  ],
  ...[
    '123456789:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA',
    'xoxb-123456789',
    'ghp_abcdefghijkl',
    'AKIAABCDEFGHIJKLMNOP',
    'sk_live_abcdefgh',
  ],
  ...[
    'eyJhbGciOiJI.eyJzdWIiOi',
    'sk-proj-abcdefghijklmnop1',
    'SG.aaaaaaaaaaaaaaaaaaaa.bbbbbbbbbbbbbbbbbbbb',
    '-----BEGIN RSA PRIVATE KEY-----',
  ],
  ...[
    'tocsin: x',
    'tocsin',
    'app=tocsin',
    'event=internal_alert',
    'alert_received',
    'service=web',
    'req_id=1',
    'msg=x',
  ],
  ...[
    'disk full',
    'disk is full',
    'healthz',
    '200',
    'ready',
    'end',
    'GET',
    '"GET / HTTP/1.1" 500 12',
    '"GET / HTTP/1.1" 200 12',
  ],
  ...[
    '1.2.3.4 - - [01/May/2024:10:00:00 +0000] "GET / HTTP/1.1" 503 1',
    '{"a":1}',
    '["a","token","x"]',
    '{}',
    '}',
    ']',
    '{',
    '[',
  ],
  ...[
    'Caused by: x',
    'Traceback (most recent call last):',
    'Stack trace:',
    '#0 a.php(3): f()',
    'goroutine 1 [running]:',
    'note: x',
  ],
  ...[
    'ValueError: x',
    'TypeError',
    'app.x.Timeout: y',
    'KeyboardInterrupt',
    "a.rb:3:in `f'",
    '/app/a.js:12',
    'node:fs:1',
    'exit status 2',
  ],
  ...[
    "thread 'main' panicked at src/main.rs:1:2:",
    'Next X',
    'During handling of the above',
    'created by x',
    '[signal 11]',
    'Node.js v20.1',
  ],
  ...[
    'café',
    '\u001b[31m',
    '\u0007',
    '\u0085',
    '\u00a0',
    'ſ',
    'K',
    '\u{1f600}',
    '\t',
    '  ',
    ':',
    '|',
    ' - ',
    'a',
    'the',
    'user',
    'done',
    '42',
  ],
];

const HEADS = [
  ...[
    '',
    '',
    '',
    '2024-05-01T10:00:00Z ',
    '2024-05-01 10:00:00,123 ',
    '[2024-05-01 10:00:00] ',
    'May  1 10:00:00 ',
    '10.0.0.1 - - ',
  ],
  ...[
    '2024-05-01T10:00:00.1Z host app[1]: ',
    '2024-05-01T10:00:00.1Z host app[2]: ',
    '2024-05-01T10:00:00.1Z app[web.1]:',
  ],
  ...[
    'May  1 10:00:00 host app[1]: ',
    'May  1 10:00:00 host tocsin[1]: ',
    'May  1 10:00:00 host cron: ',
    '<11>May  1 10:00:00 host app: ',
  ],
  ...['2024-05-01T10:00:00Z app[148e21] ams [info]', '2024-05-01T10:00:00Z app[148e21] ams [error] '],
  ...[
    '2024-05-01T10:00:00Z stdout F ',
    '2024-05-01T10:00:00Z stderr F ',
    '2024-05-01T10:00:00Z stdout P ',
    '2024-05-01T10:00:00Z stdout F',
  ],
  ...[
    'api-1  | ',
    'api-1  |',
    'web_2 | ',
    '[pod/api-7/api] ',
    '[pod/web-7/tocsin] ',
    '{"log":"x ',
    '    ',
    '\t',
    '  File "a.py", line 1, in f',
  ],
];

/** A word on which some rule turns, or a piece of anything. */
export const word = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom(...WORDS) },
  fc.string({ maxLength: 8 }),
  fc.string({ unit: 'binary', maxLength: 4 }),
);
const calm = fc.constantFrom(
  ...[
    'user',
    'done',
    'the',
    'a',
    '42',
    '200',
    'ready',
    'GET',
    'INFO',
    'job',
    'of',
    'x=1',
    'took',
    '3ms',
    'cart',
    'sent',
    'to',
  ],
  ...[
    'queue',
    'default',
    'cache',
    'hit',
    'size=12',
    'node-7',
    '10.0.0.7',
    'checkpoint',
    'wrote',
    'buffers',
    '(0.1%)',
    'healthy',
  ],
);
const spliced = fc
  .tuple(
    fc.constantFrom(...HEADS),
    fc.array(fc.oneof({ weight: 3, arbitrary: calm }, word), { maxLength: 7 }),
    fc.constantFrom(' ', ' ', ''),
  )
  .map(([head, words, blank]) => head + words.join(blank));
/** What stands whole behind a head, and nothing else tells of it. */
const whole = fc
  .tuple(
    fc.constantFrom(...HEADS),
    fc.constantFrom(
      ...[
        '{"level":50,"msg":"x"}',
        '{"status":503,"path":"/"}',
        '{"a":{"event":"internal_alert"}} ',
        '["--pass-word","x"]',
        '{"log":"    at f (a.js:1:1)\\n","stream":"stdout"}',
        '{"log":"TypeError\\n","stream":"stdout"}',
        '[{"to-ken":"x"}]',
        '<3>done',
        '<13>done',
      ],
      ...[
        'npm ERR! x',
        'PHP Parse y',
        '[2024-05-01 10:00:00] production.ALERT: x',
        'ALERT: up',
        'at=alert x',
        'x level=ftl',
        'mysql -psecret',
        '-u root -psecret',
      ],
      ...[
        '10.0.0.1 - - [01/May/2024:10:00:00 +0000] "GET / HTTP/1.1" 503 1',
        'https://hooks.slack.com/services/T1/B2/c3',
        'severe: x',
        'crit AB12: x',
      ],
      ...[
        'Traceback (most recent call last):',
        'Caused by: x',
        'Next Foo',
        'Stack trace:',
        '#0 a.php(3): f()',
        'goroutine 1 [running]:',
        '    at f (a.js:1:1)',
      ],
      ...["a.rb:3:in `f'", 'x.y.Interrupt', 'Throwable: x', '/app/a.js:12', 'main.f(0x1)', '', ' ', '\t'],
    ),
  )
  .map(([head, text]) => head + text);
const harmless = fc
  .tuple(fc.constantFrom(...HEADS.slice(0, 18)), fc.array(calm, { minLength: 1, maxLength: 5 }))
  .map(([head, words]) => head + words.join(' '));
const long = fc
  .tuple(spliced, fc.nat(130), word)
  .map(([line, blanks, end]) => `${line}${'x'.repeat(blanks)} ${end}`);

/** The lines of a trace, bare or in an envelope, with lines of others in between. */
const trace = fc
  .tuple(
    fc.constantFrom(...TRACES),
    fc.constantFrom(...HEADS.slice(0, 18)),
    fc.nat(99),
    fc.array(harmless, { maxLength: 2 }),
    fc.nat(5),
  )
  .map(([make, head, n, others, at]) => {
    const lines = make(n)
      .text.split('\n')
      .map((line) => head + line);
    return [...lines.slice(0, at), ...others, ...lines.slice(at)];
  });

const edited = fc
  .tuple(
    fc.array(spliced, { minLength: 1, maxLength: 3 }),
    fc.array(fc.tuple(fc.nat(), word), { maxLength: 3 }),
  )
  .map(([lines, edits]) =>
    edits.reduce((text, [at, piece]) => edit(text, at, piece), lines.join(' ')).split('\n'),
  );

function edit(text: string, at: number, piece: string): string {
  const start = text.length === 0 ? 0 : at % text.length;
  const kind = at % 3;
  if (kind === 0) return text.slice(0, start) + piece + text.slice(start);
  return kind === 1 ? text.slice(0, start) + text.slice(start + piece.length) : text.slice(0, start) + piece;
}

const calmly = (told: number) =>
  fc
    .array(
      fc.oneof(
        { weight: 40, arbitrary: harmless.map((line) => [line]) },
        { weight: 8 * told, arbitrary: spliced.map((line) => [line]) },
        { weight: 2 * told, arbitrary: long.map((line) => [line]) },
        { weight: told, arbitrary: edited },
        { weight: 4 * told, arbitrary: whole.map((line) => [line]) },
        { weight: told, arbitrary: trace },
      ),
      { minLength: 1, maxLength: 80, size: 'max' },
    )
    .map((groups) => groups.flat().flatMap((line) => line.split('\n')));

/** Lines of every format, of errors and of none, whole and mutated; most of them harmless. None has a line feed. */
export const anyLines: fc.Arbitrary<string[]> = fc.oneof(
  { weight: 4, arbitrary: calmly(1) },
  { weight: 1, arbitrary: calmly(5) },
);

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { recordOfText } from '../../src/record/text.ts';

const CONTEXT = { observedAt: 1_700_000_000_000 };
const read = (line: string) => recordOfText(line, CONTEXT);

describe('it reads the severity of', () => {
  it.each([
    ['an ISO head', '2024-05-01T10:00:00Z ERROR x', 17],
    ['log4j', '2015-10-18 18:01:47,978 INFO [main] org.apache.hadoop.App: ERROR handler ready', 9],
    ['Spring', '2024-05-01 10:00:00.000  WARN 1 --- [main] c.e.App : x', 13],
    ['brackets', 'x [error] 12#0: *1 open() failed', 17],
    ['brackets after a time', '[2024-05-01 10:00:00] [WARN] x', 13],
    ['Apache with a module', '[Wed May 01 10:00:00 2024] [core:error] [pid 1] x', 17],
    ['loguru', '2024-05-01 10:00:00.000 | ERROR    | app:main:1 - x', 17],
    ['logfmt', 'time="2024-05-01T10:00:00Z" level=error msg="x"', 17],
    ['logfmt with the level behind', `msg="${'long '.repeat(30)}" level=error`, 17],
    ['severity=', 'severity=WARNING x', 13],
    ["Python's default", 'ERROR:root:x', 17],
    ['gunicorn', '[2024-05-01 10:00:00 +0000] [1] [CRITICAL] WORKER TIMEOUT (pid:4)', 21],
    ['celery', '[2024-05-01 10:00:00,000: ERROR/MainProcess] x', 17],
    ['uvicorn', 'INFO:     127.0.0.1:1 - "GET / HTTP/1.1" 200 OK', 9],
    ['klog', 'E0501 10:00:00.000000       1 file.go:1] x', 17],
    ['klog information', 'I0501 10:00:00.000000       1 file.go:1] ERROR is a word here', 9],
    ['logcat', '05-01 10:00:00.000  1234  1234 E ActivityManager: x', 17],
    ['Ruby', 'E, [2024-05-01T10:00:00.000 #1] ERROR -- : x', 17],
    ['a kernel prefix', '<3>usb 1-1: device not accepting address', 17],
    ['npm', 'npm ERR! code ENOENT', 17],
    ['npm 10', 'npm error code ENOENT', 17],
    ['a leading word', 'error: cannot open x', 17],
    ['a leading fatal', 'fatal: not a git repository', 21],
    ['a compiler', 'main.c:10:5: error: expected ;', 17],
    ['a Go panic', 'panic: runtime error: index out of range', 21],
    ['.NET', 'fail: Microsoft.AspNetCore.Server[13]', 17],
    ['PHP', 'PHP Fatal error:  Uncaught Error in /x.php:1', 17],
    ['PHP with a time', '[01-May-2024 10:00:00 UTC] PHP Warning:  x', 13],
    ['PostgreSQL', '2024-05-01 10:00:00 UTC [12] FATAL:  password authentication failed', 21],
    ['zerolog', '10:00AM ERR x error=y', 17],
    ['MySQL', '2024-05-01T10:00:00.000000Z 0 [ERROR] [MY-010119] Aborting', 17],
    ['colours', '\u001b[31mERROR\u001b[0m x', 17],
    ['env_logger', '[2024-05-01T10:00:00Z ERROR app] x', 17],
  ])('%s', (_rule, line, severity) => {
    expect(read(line).severityNumber).toBe(severity);
  });
});

describe('it reads no severity out of', () => {
  it.each([
    'no error occurred',
    'no ERROR occurred',
    'found 0 ERROR lines',
    'the user typed an ERROR into the form',
    'Traceback (most recent call last):',
    'TypeError: x is not a function',
    'ERROR_COUNT=3',
    'connection closed (error)',
    `${'x'.repeat(200)} ERROR late`,
    'infomercial: x',
    '',
  ])('%s', (line) => {
    expect(read(line).severityNumber).toBe(0);
    expect(read(line).severityText).toBeUndefined();
  });
});

describe('recordOfText', () => {
  it('keeps the line as body, head included', () => {
    const line = '2024-05-01T10:00:00Z ERROR x';
    expect(read(line)).toEqual({
      observedAt: CONTEXT.observedAt,
      timestamp: Date.UTC(2024, 4, 1, 10),
      severityNumber: 17,
      severityText: 'ERROR',
      body: line,
      attributes: {},
      resource: {},
      raw: line,
    });
  });

  it.each([
    ['2024-05-01T10:00:00.250+02:00 x', Date.UTC(2024, 4, 1, 8, 0, 0, 250)],
    ['[2024-05-01 10:00:00,5] x', Date.UTC(2024, 4, 1, 10, 0, 0, 500)],
    ['2024/05/01 10:00:00 x', Date.UTC(2024, 4, 1, 10)],
    ['time="2024-05-01T10:00:00Z" level=info', Date.UTC(2024, 4, 1, 10)],
    ['2024-13-01 10:00:00 x', undefined],
    ['at 2024-05-01T10:00:00Z x', undefined],
  ])('it reads the time of %j', (line, at) => {
    expect(read(line).timestamp).toBe(at);
  });

  it('takes service and trace out of logfmt, and leaves the line whole', () => {
    const line = 'level=error service=api msg="x y" trace_id=abc123 span_id="d4"';
    expect(read(line)).toMatchObject({
      body: line,
      traceId: 'abc123',
      spanId: 'd4',
      resource: { service: 'api' },
    });
  });

  it('removes colours, control characters and lone surrogates, and keeps line feeds and tabs', () => {
    const record = read('\u001b[1;31ma\u0007\u0000b\r\n\tc\ud800d\u001b]0;title\u0007');
    expect(record.body).toBe('ab\n\tc\ufffdd');
    expect(record.raw).toBe(record.body);
  });

  it('decodes a JSON object, and takes what only looks like one for text', () => {
    expect(read('  {"level":"error","msg":"x"} ')).toMatchObject({ severityNumber: 17, body: 'x' });
    expect(read('{"level":"error"').body).toBe('{"level":"error"');
    expect(read('{main} started').body).toBe('{main} started');
    expect(read('["a"]').body).toBe('["a"]');
  });

  it.each([
    [
      'Python, the last of a chain',
      'ERROR x\nTraceback (most recent call last):\n  File "a.py", line 1, in <module>\n    f()\nKeyError: 1\n\nDuring handling of the above exception, another exception occurred:\n\nTraceback (most recent call last):\n  File "a.py", line 3, in f\nmy.pkg.BadThing: no such thing\nwith details',
      { type: 'my.pkg.BadThing', message: 'no such thing' },
    ],
    [
      'Python without a message',
      'Traceback (most recent call last):\n  File "a.py", line 1\nKeyboardInterrupt',
      { type: 'KeyboardInterrupt' },
    ],
    [
      'Java, the outer one',
      'Exception in thread "main" java.lang.IllegalStateException: bad\n\tat a.B.c(B.java:1)\nCaused by: java.io.IOException: disk\n\tat a.B.d(B.java:2)',
      { type: 'java.lang.IllegalStateException', message: 'bad' },
    ],
    [
      'Node',
      'TypeError: x is not a function\n    at f (/a.js:1:2)',
      { type: 'TypeError', message: 'x is not a function' },
    ],
    [
      'Node with a code and behind a head',
      '10:00 ERROR Error [ERR_X]: y\n    at f (/a.js:1:2)',
      { type: 'Error', message: 'y' },
    ],
    [
      '.NET',
      'System.InvalidOperationException: z\n   at A.B() in C.cs:line 1',
      { type: 'System.InvalidOperationException', message: 'z' },
    ],
    ['Go', 'panic: oh no\n\ngoroutine 1 [running]:\nmain.main()', { type: 'panic', message: 'oh no' }],
    [
      'Rust',
      "thread 'main' panicked at src/main.rs:2:5:\noh no\nnote: run",
      { type: 'panic', message: 'oh no' },
    ],
    [
      'PHP',
      'PHP Fatal error:  Uncaught App\\E: no in /a.php:1\nStack trace:\n#0 {main}',
      { type: 'App\\E', message: 'no' },
    ],
  ])('it finds the exception of %s', (_rule, text, expected) => {
    expect(read(text).exception).toMatchObject(expected);
    expect(text).toContain(read(text).exception?.stacktrace);
  }); // prettier-ignore

  it('takes a single line for a message, not for a stack trace', () => {
    expect(read('TypeError: x').exception).toBeUndefined();
  });

  it('never throws, and its record is well-formed', () => {
    const line = fc.oneof(fc.string({ unit: 'binary' }), fc.json(), fc.string());
    fc.assert(
      fc.property(line, (text) => {
        const record = read(text);
        for (const value of [record.body, record.raw]) {
          expect(value.isWellFormed()).toBe(true);
          expect(value).not.toMatch(/[\x00-\x08\x0b-\x1f\x7f]/);
        }
        expect(record.severityNumber).toBeGreaterThanOrEqual(0);
        expect(record.severityNumber).toBeLessThanOrEqual(24);
      }),
      { numRuns: 1000 },
    );
  });

  it.each([
    'ERROR ',
    '[',
    '\u001b[',
    '\u001b]',
    'level=',
    'a.',
    '{"a":',
    '    at x\n',
    'E: x\n',
    'Traceback (most recent call last):\n',
    ' service="',
    'Uncaught x: ',
    'panic: \ngoroutine ',
  ])('it takes linear time for 100 KB of %j', (piece) => {
    const start = performance.now();
    read(piece.repeat(Math.ceil(100_000 / piece.length)));
    expect(performance.now() - start).toBeLessThan(5_000);
  });
});

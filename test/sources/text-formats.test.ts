import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { LogRecord } from '../../src/record/log-record.ts';
import { TextStreams } from '../../src/sources/formats/text-streams.ts';

const RUNS = { numRuns: Number(process.env['FUZZ_RUNS'] ?? 500) };
/** Seen on the second of May; the lines below are of the first, 10:00 UTC. */
const OBSERVED = Date.UTC(2024, 4, 2);
const AT = Date.UTC(2024, 4, 1, 10);
const MS = AT + 123;

function read(lines: readonly string[], syslog = false): LogRecord[] {
  const streams = new TextStreams({ stackTraceMs: 250, maxLineBytes: 64 * 1024, syslog });
  const records: LogRecord[] = [];
  for (const line of lines) streams.take('s', line, { observedAt: OBSERVED }, records);
  streams.flush(records);
  return records;
}

interface Facts {
  readonly severity?: number;
  readonly at?: number;
  readonly service?: string;
  readonly host?: string;
  readonly trace?: string;
  readonly span?: string;
  readonly request?: string;
  readonly body?: string;
  readonly type?: string;
}

/** What was read of a line, in the terms of the table. */
function facts(record: LogRecord | undefined, wanted: Facts): Facts {
  const all: Facts = {
    severity: record?.severityNumber ?? -1,
    ...(record?.timestamp === undefined ? {} : { at: record.timestamp }),
    ...record?.resource,
    ...(record?.traceId === undefined ? {} : { trace: record.traceId }),
    ...(record?.spanId === undefined ? {} : { span: record.spanId }),
    ...(record?.attributes['request_id'] === undefined
      ? {}
      : { request: record.attributes['request_id'] as string }),
    body: record?.body ?? '',
    ...(record?.exception?.type === undefined ? {} : { type: record.exception.type }),
  };
  return Object.fromEntries(Object.keys(wanted).map((key) => [key, all[key as keyof Facts]]));
}

const ID = '4bf92f3577b34da6a3ce929d0e0e4736';
const SPAN = '00f067aa0ba902b7';

describe('a line of', () => {
  it.each<[string, string, Facts]>([
    [
      'pino',
      `{"level":50,"time":${MS},"pid":7,"hostname":"web1","name":"shop","reqId":"r-1","trace_id":"${ID}","msg":"boom","err":{"type":"TypeError","message":"x","stack":"TypeError: x\\n    at f (a.js:1:1)"}}`,
      {
        severity: 17,
        at: MS,
        service: 'shop',
        host: 'web1',
        trace: ID,
        request: 'r-1',
        body: 'boom',
        type: 'TypeError',
      },
    ],
    [
      'pino-http',
      `{"level":50,"time":${MS},"req":{"id":"r-1","method":"GET","url":"/"},"res":{"statusCode":500},"msg":"request errored"}`,
      { severity: 17, request: 'r-1', body: 'request errored' },
    ],
    [
      'winston',
      '{"level":"error","message":"boom","timestamp":"2024-05-01T10:00:00.123Z","service":"shop","requestId":"r-1","stack":"Error: boom\\n    at f (a.js:1:1)"}',
      { severity: 17, at: MS, service: 'shop', request: 'r-1', body: 'boom', type: 'Error' },
    ],
    [
      'bunyan',
      '{"name":"shop","hostname":"web1","pid":7,"level":50,"err":{"message":"x","name":"TypeError","stack":"TypeError: x\\n    at f (a.js:1:1)"},"msg":"boom","time":"2024-05-01T10:00:00.123Z","v":0,"req_id":"r-1"}',
      { severity: 17, at: MS, service: 'shop', host: 'web1', request: 'r-1', type: 'TypeError' },
    ],
    [
      'zap',
      `{"level":"error","ts":1714557600.123,"logger":"shop","caller":"a/b.go:1","msg":"boom","error":"refused","traceID":"${ID}","stacktrace":"main.f\\n\\t/a/b.go:1"}`,
      { severity: 17, at: MS, trace: ID, body: 'boom' },
    ],
    [
      'zap, developing',
      '2024-05-01T10:00:00.123Z\tERROR\tshop\ta/b.go:1\tboom\t{"error": "refused"}',
      { severity: 17, at: MS },
    ],
    [
      'logrus',
      '{"error":"refused","level":"error","msg":"boom","time":"2024-05-01T12:00:00+02:00","request_id":"r-1"}',
      { severity: 17, at: AT, request: 'r-1', body: 'boom' },
    ],
    [
      'logrus, text',
      'time="2024-05-01T12:00:00+02:00" level=error msg="boom" error=refused request_id=r-1 service=shop',
      { severity: 17, at: AT, request: 'r-1', service: 'shop' },
    ],
    [
      'slog',
      '{"time":"2024-05-01T10:00:00.123456789Z","level":"ERROR","msg":"boom","service":"shop","trace_id":"x1","span_id":"y1"}',
      { severity: 17, at: MS, service: 'shop', trace: 'x1', span: 'y1' },
    ],
    [
      'slog, text',
      'time=2024-05-01T10:00:00.123Z level=ERROR msg=boom service=shop trace_id=x1',
      { severity: 17, at: MS, service: 'shop', trace: 'x1' },
    ],
    [
      'zerolog',
      '{"level":"error","error":"refused","time":1714557600,"message":"boom"}',
      { severity: 17, at: AT, body: 'boom' },
    ],
    [
      'structlog',
      '{"event":"boom","level":"error","logger":"shop.orders","timestamp":"2024-05-01T10:00:00.123456Z","request_id":"r-1","exception":"Traceback (most recent call last):\\n  File \\"a.py\\", line 1, in f\\nValueError: x"}',
      { severity: 17, at: MS, request: 'r-1', body: 'boom', type: 'ValueError' },
    ],
    [
      'structlog, for people',
      '2024-05-01 10:00:00 [error    ] boom                           request_id=r-1',
      { severity: 17, at: AT },
    ],
    [
      'python-json-logger',
      '{"asctime":"2024-05-01 10:00:00,123","levelname":"ERROR","name":"shop","message":"boom","exc_info":"Traceback (most recent call last):\\n  File \\"a.py\\", line 1, in f\\nValueError: x"}',
      { severity: 17, at: MS, body: 'boom', type: 'ValueError' },
    ],
    ['Python logging', '2024-05-01 10:00:00,123 - shop - ERROR - boom', { severity: 17, at: MS }],
    ['Python logging, basicConfig', 'ERROR:shop:boom', { severity: 17 }],
    [
      'Django',
      '[01/May/2024 10:00:00] ERROR [django.request:241] Internal Server Error: /x',
      { severity: 17, at: AT },
    ],
    [
      'loguru, serialized',
      '{"text":"boom\\n","record":{"level":{"icon":"x","name":"ERROR","no":40},"message":"boom","time":{"repr":"2024-05-01 10:00:00.123+00:00","timestamp":1714557600.123}}}',
      { severity: 17, at: MS },
    ],
    [
      'log4j2, JsonTemplateLayout (ECS)',
      `{"@timestamp":"2024-05-01T10:00:00.123Z","ecs.version":"1.2.0","log.level":"ERROR","message":"boom","process.thread.name":"main","log.logger":"c.e.App","service.name":"shop","host.name":"web1","trace.id":"${ID}","span.id":"${SPAN}","error.type":"java.io.IOException","error.message":"disk","error.stack_trace":"java.io.IOException: disk\\n\\tat a.B.c(B.java:1)"}`,
      {
        severity: 17,
        at: MS,
        service: 'shop',
        host: 'web1',
        trace: ID,
        span: SPAN,
        type: 'java.io.IOException',
      },
    ],
    [
      'log4j2, JsonLayout',
      '{"instant":{"epochSecond":1714557600,"nanoOfSecond":123000000},"thread":"main","level":"ERROR","loggerName":"c.e.App","message":"boom","thrown":{"name":"java.io.IOException","message":"disk"},"contextMap":{"traceId":"x1","requestId":"r-1"}}',
      { severity: 17, at: MS, body: 'boom', type: 'java.io.IOException', trace: 'x1', request: 'r-1' },
    ],
    [
      'logstash-logback',
      '{"@timestamp":"2024-05-01T10:00:00.123Z","@version":"1","message":"boom","logger_name":"c.e.App","thread_name":"main","level":"ERROR","level_value":40000,"stack_trace":"java.io.IOException: disk\\n\\tat a.B.c(B.java:1)","traceId":"x1","spanId":"y1"}',
      { severity: 17, at: MS, body: 'boom', trace: 'x1', span: 'y1', type: 'java.io.IOException' },
    ],
    ['log4j, pattern', '2024-05-01 10:00:00,123 ERROR [main] c.e.App - boom', { severity: 17, at: MS }],
    [
      'Spring Boot 3, with ids',
      `2024-05-01T10:00:00.123Z ERROR 1 --- [shop] [nio-8080-exec-1] [${ID}-${SPAN}] c.e.App : boom`,
      { severity: 17, at: MS, service: 'shop', trace: ID, span: SPAN },
    ],
    [
      'Spring Boot 2, Sleuth',
      `2024-05-01 10:00:00.123 ERROR [shop,${ID},${SPAN}] 1 --- [main] c.e.App : boom`,
      { severity: 17, at: MS, service: 'shop', trace: ID, span: SPAN },
    ],
    ['Rails, tagged', 'E, [2024-05-01T10:00:00.123456 #7] ERROR -- : [r-1] boom', { severity: 17, at: MS }],
    ['Laravel', '[2024-05-01 10:00:00] production.ERROR: boom {"userId":7}', { severity: 17, at: AT }],
    [
      'Monolog, JSON',
      '{"message":"boom","context":{},"level":400,"level_name":"ERROR","channel":"shop","datetime":"2024-05-01T10:00:00.123000+00:00","extra":{}}',
      { severity: 17, at: MS, body: 'boom' },
    ],
    [
      'Serilog, compact',
      `{"@t":"2024-05-01T10:00:00.1230000Z","@m":"boom","@l":"Error","@x":"System.Exception: x\\n   at A.B()","@tr":"${ID}","@sp":"${SPAN}","RequestId":"r-1"}`,
      { severity: 17, at: MS, body: 'boom', type: 'System.Exception', trace: ID, span: SPAN, request: 'r-1' },
    ],
    [
      '.NET, JSON console',
      '{"EventId":13,"LogLevel":"Error","Category":"Shop","Message":"boom","Timestamp":"2024-05-01T10:00:00.123Z","Exception":"System.Exception: x\\n   at A.B()"}',
      { severity: 17, at: MS, body: 'boom', type: 'System.Exception' },
    ],
    [
      'Google Cloud',
      `{"severity":"ERROR","message":"boom","time":"2024-05-01T10:00:00.123Z","logging.googleapis.com/trace":"projects/p/traces/${ID}","logging.googleapis.com/spanId":"${SPAN}"}`,
      { severity: 17, at: MS, trace: ID, span: SPAN },
    ],
    [
      'Datadog',
      '{"status":"error","message":"boom","dd.trace_id":"123","dd.span_id":"4","dd.service":"shop","date":"2024-05-01T10:00:00.123Z"}',
      { severity: 17, at: MS, service: 'shop', trace: '123' },
    ],
    [
      'Fly',
      '{"event":{"provider":"app"},"fly":{"app":{"instance":"148e","name":"shop"},"region":"ams"},"host":"8d1f","log":{"level":"error"},"message":"boom","timestamp":"2024-05-01T10:00:00.123Z"}',
      { severity: 17, at: MS, service: 'shop', host: '8d1f', body: 'boom' },
    ],
    [
      'logfmt',
      `ts=2024-05-01T10:00:00.123Z caller=a.go:1 level=error svc=shop traceID=${ID} msg="boom"`,
      { severity: 17, at: MS, service: 'shop', trace: ID },
    ],
    [
      'Heroku router',
      'at=error code=H12 desc="Request timeout" method=GET path="/" host=shop.example.com request_id=r-1 dyno=web.1 connect=1ms service=30000ms status=503',
      { severity: 17, request: 'r-1' },
    ],
    [
      'nginx, access, 200',
      '10.0.0.1 - - [01/May/2024:12:00:00 +0200] "GET /error HTTP/1.1" 200 612 "-" "curl/8"',
      { severity: 9, at: AT },
    ],
    [
      'nginx, access, 404',
      '10.0.0.1 - - [01/May/2024:10:00:00 +0000] "GET /failed HTTP/1.1" 404 612 "-" "curl/8"',
      { severity: 13, at: AT },
    ],
    [
      'nginx, access, 502',
      '10.0.0.1 - bob [01/May/2024:10:00:00 +0000] "POST /orders HTTP/2.0" 502 157 "https://x/" "Mozilla/5.0" "1.2.3.4"',
      { severity: 17, at: AT },
    ],
    [
      'nginx, error',
      '2024/05/01 10:00:00 [error] 7#7: *1 connect() failed (111: Connection refused) while connecting to upstream',
      { severity: 17, at: AT },
    ],
    [
      'nginx, JSON, 500',
      '{"time":"2024-05-01T10:00:00+00:00","remote_addr":"10.0.0.1","request":"GET / HTTP/1.1","status":500,"request_id":"r-1"}',
      { severity: 17, at: AT, request: 'r-1' },
    ],
    [
      'nginx, JSON, 404',
      '{"time":"2024-05-01T10:00:00+00:00","request":"GET /failed HTTP/1.1","status":"404"}',
      { severity: 13, at: AT },
    ],
    [
      'Apache, access, vhost, 500',
      'shop.example.com:443 10.0.0.1 - - [01/May/2024:10:00:00 +0000] "GET / HTTP/1.1" 500 612 "-" "curl/8"',
      { severity: 17, at: AT },
    ],
    [
      'Apache, error',
      '[Wed May 01 10:00:00.123456 2024] [core:error] [pid 7:tid 1] [client 10.0.0.1:1] AH00124: boom',
      { severity: 17, at: MS },
    ],
    [
      'Caddy',
      '{"level":"error","ts":1714557600.123,"logger":"http.log.access","msg":"handled request","request":{"host":"shop.example.com","uri":"/"},"status":502}',
      { severity: 17, at: MS },
    ],
    ['Traefik', '{"level":"error","msg":"boom","time":"2024-05-01T10:00:00Z"}', { severity: 17, at: AT }],
    [
      'klog',
      'E0501 10:00:00.123456       1 reconciler.go:12] "Reconciler error" err="boom" controller="shop"',
      { severity: 17, at: MS },
    ],
    ['klog, a warning', 'W0501 10:00:00.123456       1 file.go:12] slow', { severity: 13, at: MS }],
    [
      'journald',
      '{"__REALTIME_TIMESTAMP":"1714557600123456","_HOSTNAME":"web1","SYSLOG_IDENTIFIER":"shop","PRIORITY":"3","_PID":"7","_SYSTEMD_UNIT":"shop.service","MESSAGE":"boom"}',
      { severity: 17, at: MS, service: 'shop', host: 'web1', body: 'boom' },
    ],
    [
      'journald, without an identifier',
      '{"__REALTIME_TIMESTAMP":"1714557600123456","_HOSTNAME":"web1","PRIORITY":"6","_SYSTEMD_UNIT":"shop.service","MESSAGE":"ERROR boom"}',
      { severity: 17, service: 'shop', host: 'web1', body: 'ERROR boom' },
    ],
    [
      'journald, bytes',
      '{"__REALTIME_TIMESTAMP":"1714557600123456","PRIORITY":"3","SYSLOG_IDENTIFIER":"shop","MESSAGE":[98,111,111,109]}',
      { severity: 17, body: 'boom' },
    ],
    [
      'Docker, json-file',
      '{"log":"ERROR boom\\n","stream":"stderr","time":"2024-05-01T10:00:00.123456789Z"}',
      { severity: 17, at: MS, body: 'ERROR boom' },
    ],
    [
      'Docker, json-file, JSON within',
      '{"log":"{\\"level\\":\\"error\\",\\"msg\\":\\"boom\\",\\"service\\":\\"shop\\"}\\n","stream":"stdout","time":"2024-05-01T10:00:00.123Z"}',
      { severity: 17, at: MS, body: 'boom', service: 'shop' },
    ],
    [
      'CRI',
      '2024-05-01T10:00:00.123456789Z stderr F ERROR boom',
      { severity: 17, at: MS, body: 'ERROR boom' },
    ],
    [
      'CRI, JSON within',
      `2024-05-01T12:00:00.123+02:00 stdout F {"level":50,"time":${MS},"msg":"boom","name":"shop"}`,
      { severity: 17, at: MS, body: 'boom', service: 'shop' },
    ],
    ['docker compose logs', 'shop-1  | ERROR boom', { severity: 17, service: 'shop', body: 'ERROR boom' }],
    [
      'kubectl logs --prefix',
      '[pod/shop-7d9f4-x2x/shop] ERROR boom',
      { severity: 17, service: 'shop', host: 'shop-7d9f4-x2x' },
    ],
    [
      '/var/log/syslog',
      'May  1 10:00:00 web1 shop[7]: error: boom',
      { severity: 17, at: AT, service: 'shop', host: 'web1' },
    ],
    [
      '/var/log/syslog of rsyslog 8.2312',
      '2024-05-01T10:00:00.123456+00:00 web1 shop[7]: error: boom',
      { severity: 17, at: MS, service: 'shop', host: 'web1' },
    ],
    [
      'heroku logs',
      '2024-05-01T10:00:00.123456+00:00 app[web.1]: error: boom',
      { severity: 17, at: MS, service: 'app' },
    ],
    [
      'fly logs',
      '2024-05-01T10:00:00Z app[148e21] ams [error]boom',
      { severity: 17, at: AT, service: 'app' },
    ],
    ['PostgreSQL', '2024-05-01 10:00:00.123 UTC [7] ERROR:  boom', { severity: 17, at: MS }],
    [
      'MongoDB',
      '{"t":{"$date":"2024-05-01T10:00:00.123+00:00"},"s":"E","c":"NETWORK","id":1,"ctx":"conn1","msg":"boom"}',
      { severity: 17, at: MS, body: 'boom' },
    ],
    ['Redis', '7:M 01 May 2024 10:00:00.123 # Out of memory', { severity: 13, at: MS }],
    ['a program', 'error: boom', { severity: 17, body: 'error: boom' }],
  ])('%s', (_name, line, wanted) => {
    expect(facts(read([line])[0], wanted)).toEqual(wanted);
  });
});

describe('lines', () => {
  it('that a container runtime split are one again', () => {
    const head = '2024-05-01T10:00:00.123Z stdout';
    expect(
      read([`${head} P ERROR a`, '2024-05-01T10:00:00Z stderr F other', `${head} P b`, `${head} F c`]).map(
        ({ body }) => body,
      ),
    ).toEqual(['other', 'ERROR abc']);
    const docker = (log: string) => JSON.stringify({ log, stream: 'stdout', time: '2024-05-01T10:00:00Z' });
    expect(read([docker('ERROR a'), docker('b'), docker('c\n')]).map(({ body }) => body)).toEqual([
      'ERROR abc',
    ]);
  });

  it.each([
    ['CRI', (line: string) => `2024-05-01T10:00:00Z stderr F ${line}`],
    [
      'Docker',
      (line: string) => JSON.stringify({ log: `${line}\n`, stream: 'stderr', time: '2024-05-01T10:00:00Z' }),
    ],
    [
      'journald',
      (line: string) =>
        JSON.stringify({
          __REALTIME_TIMESTAMP: '1714557600123456',
          PRIORITY: '6',
          SYSLOG_IDENTIFIER: 'shop',
          _PID: '7',
          MESSAGE: line,
        }),
    ],
    ['compose', (line: string) => `shop-1  | ${line}`],
    ['kubectl', (line: string) => `[pod/shop-1/shop] ${line}`],
    ['a log file', (line: string) => `May  1 10:00:00 web1 shop[7]: ${line}`],
    ['heroku logs', (line: string) => `2024-05-01T10:00:00.123+00:00 app[web.1]: ${line}`],
    ['coloured', (line: string) => `\u001b[31m${line}\u001b[0m`],
  ])('of a stack trace in the envelope of %s are one event', (_name, wrap) => {
    const trace = [
      'Traceback (most recent call last):',
      '  File "/a.py", line 1, in f',
      '    g()',
      'ValueError: boom',
    ];
    const records = read([...trace, 'ready'].map(wrap));
    expect(records).toHaveLength(2);
    expect(records[0]?.exception).toMatchObject({ type: 'ValueError', message: 'boom' });
    expect(records[0]?.severityNumber).toBe(0);
  });

  it('of two programs in one stream do not mix', () => {
    const a = ['TypeError: a', '    at f (/a.js:1:1)'].map((line) => `a-1  | ${line}`);
    const b = ['TypeError: b', '    at f (/b.js:1:1)'].map((line) => `b-1  | ${line}`);
    const records = read([a[0], b[0], a[1], b[1]] as string[]);
    expect(records.map(({ exception, resource }) => [resource.service, exception?.message])).toEqual([
      ['a', 'a'],
      ['b', 'b'],
    ]);
  });

  it('whose year is missing, or whose clock is off, are observed now', () => {
    const [record] = read(['Dec 31 23:59:59 web1 shop[7]: error: boom']);
    expect(record?.timestamp).toBe(Date.UTC(2023, 11, 31, 23, 59, 59));
    expect(record?.observedAt).toBe(OBSERVED);
    expect(read(['2001-01-01T00:00:00Z ERROR boom'])[0]?.observedAt).toBe(OBSERVED);
  });
});

describe('any lines', () => {
  const line = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 60 }),
    fc.json({ maxDepth: 2 }),
    fc
      .tuple(
        fc.constantFrom(
          '<13>',
          '{"log":"',
          '2024-05-01T10:00:00Z stdout P ',
          '2024-05-01T10:00:00Z stderr F ',
          'a-1 | ',
          '[pod/a/b] ',
          'May  1 10:00:00 h a[1]: ',
          '{"__REALTIME_TIMESTAMP":"1","MESSAGE":"',
          '1.2.3.4 - - [',
          'E0501 10:00:00.1 1 a.go:1] ',
          '    at ',
          'Traceback (most recent call last):',
        ),
        fc.string({ maxLength: 30 }),
      )
      .map((parts) => parts.join('')),
  );

  it('never throw, and each is in a record or joined to one', () => {
    fc.assert(
      fc.property(fc.array(line, { maxLength: 12 }), fc.boolean(), (lines, syslog) => {
        const streams = new TextStreams({ stackTraceMs: 250, maxLineBytes: 1000, syslog });
        const records: LogRecord[] = [];
        for (const text of lines) streams.take('s', text, { observedAt: OBSERVED }, records);
        streams.flush(records);
        expect(records.length + streams.takeJoined()).toBe(lines.length);
        expect(JSON.stringify(records).isWellFormed()).toBe(true);
      }),
      RUNS,
    );
  });

  it.each([
    '2024-05-01T10:00:00Z stdout F ',
    'a-1 |',
    '[pod/',
    '1.2.3.4 - - [',
    'May  1 10:00:00 ',
    '{"log":"',
    'a[1]: ',
    '[a,',
    ' ',
  ])('take linear time for 100 KB of %j', (piece) => {
    const start = performance.now();
    read([piece.repeat(Math.ceil(100_000 / piece.length))], true);
    expect(performance.now() - start).toBeLessThan(5_000);
  });
});

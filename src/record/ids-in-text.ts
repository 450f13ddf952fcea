export interface TextIds {
  service?: string;
  traceId?: string;
  spanId?: string;
  requestId?: string;
}

const LOGFMT = /(?:^|\s)(?:level|lvl|severity|msg|ts|time|caller|at|method)=/;
const FIELD =
  /(?:^|\s)(service(?:[._]name)?|svc|app|trace[._]?id|span[._]?id|req(?:uest)?[._-]?id)=(?:"([^"\s]{1,128})"|([^\s",;]{1,128})(?=\s|$))/gi;
/** Spring Boot 3: `--- [shop] [main] [trace-span] c.e.App : …`. */
const SPRING = / --- \[([\w.-]{1,64})\] \[[^\]]{0,64}\] (?:\[([0-9a-f]{32})-([0-9a-f]{16})\] )?/;
/** Spring Boot 2 with Sleuth: `ERROR [shop,trace,span] 1 --- [main] …`. */
const SLEUTH = /[A-Z] \[([\w.-]{0,64}),([0-9a-f]{16,32}),([0-9a-f]{16})[,\]]/;
const HEAD_LENGTH = 250;

/** Service and ids of a text line: logfmt's fields, Spring's brackets. Undefined for a line that has none of them. */
export function idsInText(line: string): TextIds | undefined {
  if (line.includes('=') && LOGFMT.test(line)) return logfmt(line);
  return line.includes(' --- [') ? spring(line.slice(0, HEAD_LENGTH)) : undefined;
}

function logfmt(line: string): TextIds {
  const ids: TextIds = {};
  FIELD.lastIndex = 0;
  for (let match = FIELD.exec(line); match; match = FIELD.exec(line)) {
    const value = match[2] ?? match[3] ?? '';
    const name = match[1]?.toLowerCase() ?? '';
    // Heroku's router has its own time of service: `service=30000ms`.
    if (name.startsWith('trace')) ids.traceId ??= value;
    else if (name.startsWith('span')) ids.spanId ??= value;
    else if (name.startsWith('req')) ids.requestId ??= value;
    else if (!/^\d+ms$/.test(value)) ids.service ??= value;
  }
  return ids;
}

function spring(head: string): TextIds | undefined {
  const match = SPRING.exec(head) ?? SLEUTH.exec(head);
  const [, service, traceId, spanId] = match ?? [];
  return match
    ? { ...(service ? { service } : {}), ...(traceId ? { traceId } : {}), ...(spanId ? { spanId } : {}) }
    : undefined;
}

import { describe, expect, it } from 'vitest';
import { loopReason } from '../../src/record/loop-guard.ts';
import { recordOfText } from '../../src/record/text.ts';
import { recordOfSyslog } from '../../src/sources/formats/syslog.ts';

const CONTEXT = { observedAt: 1_700_000_000_000 };
const reason = (line: string) => loopReason(recordOfSyslog(line, CONTEXT) ?? recordOfText(line, CONTEXT));

describe('loopReason', () => {
  it.each([
    ['internal_event', '{"event":"internal_alert","msg":"x"}'],
    ['internal_event', '{"event":"alert_received"}'],
    ['internal_event', '{"msg":"x","data":{"event":"internal_alert"}}'],
    ['internal_event', '{"msg":"{\\"event\\":\\"internal_alert\\"}"}'],
    ['internal_event', 'level=error event=internal_alert x'],
    ['internal_event', 'web-1 | {"event": "alert_received"}'],
    ['internal_event', '<11>1 - h app - - - {"event":"internal_alert"}'],
    ['own_line', '{"level":50,"time":1,"pid":1,"hostname":"h","name":"tocsin","msg":"Delivery failed"}'],
    ['own_line', 'web-1 | {"level":50,"time":1,"pid":1,"hostname":"h","name":"tocsin","msg":"x"}'],
    ['own_line', 'tocsin: ERROR Delivery failed'],
    ['own_line', 'tocsin-1  | tocsin: ERROR Delivery failed'],
    ['own_line', '<11>May  1 10:00:00 h tocsin[12]: ERROR Delivery failed'],
    ['own_line', '<11>1 2024-05-01T10:00:00Z h tocsin 12 - - ERROR x'],
    ['own_line', 'May  1 10:00:00 h tocsin[12]: ERROR Delivery failed'],
    ['own_line', '{"service":"tocsin","level":"error","msg":"x"}'],
  ])('%s: %s', (expected, line) => {
    expect(reason(line)).toBe(expected);
  });

  it.each([
    'systemd[1]: tocsin.service: Failed with result "exit-code"',
    '<27>May  1 10:00:00 h systemd[1]: tocsin.service: Failed with result',
    '{"level":"error","controller":"deployment","name":"tocsin","msg":"Reconciler error"}',
    'ERROR could not send internal_alert to the queue',
    'bash: tocsin: command not found',
    '{"level":"error","msg":"cannot reach tocsin: refused"}',
    'event=internal_alerting_failed',
  ])('looks at a line that only mentions it: %s', (line) => {
    expect(reason(line)).toBeUndefined();
  });
});

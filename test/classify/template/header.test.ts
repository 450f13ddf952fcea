import { describe, expect, it } from 'vitest';
import { messageTemplate } from '../../../src/classify/template/canonical-template.ts';
import { messageStart } from '../../../src/classify/template/header.ts';

const MESSAGE = 'queue stalled';

describe('the head of a raw line is no part of its message', () => {
  it.each([
    '2024-05-01T10:00:00.123Z ERROR ',
    '2024-05-01 10:00:00,123 - my.logger - ERROR - ',
    '2024-05-01 10:00:00.000  INFO 1 --- [           main] c.a.orders.Service                  : ',
    '10:00:00.123 [main] ERROR com.acme.Foo - ',
    '2024/05/01 10:00:00 main.go:12: ',
    '[Wed Oct 11 14:32:52.123 2000] [core:error] [pid 35708:tid 4328636416] [client 72.15.99.187] ',
    'E, [2024-05-01T10:00:00.123456 #123] ERROR -- : ',
    'E0501 10:00:00.000000   12345 file.go:123] ',
    '2024-05-01T10:00:00.123Z stderr F ',
    '2024-05-01T10:00:00.123Z stdout F 2024-05-01 10:00:00 ERROR ',
    '2024-05-01T10:00:00.123456+00:00 app[web.1]: ',
    '2024-05-01T10:00:00.123456+00:00 web1 nginx[123]: ',
    '<34>Oct 11 22:14:15 host su[12]: ',
    'Oct 11 22:14:15 host su(pam)[12]: ',
    'Oct  1 22:14:15 host kernel: ',
    '<34>1 2003-10-11T22:14:15.003Z host.example.com su 12 ID47 - ',
    '[10:00:00 ERR] ',
    '[2024-05-01T10:00:00Z ERROR my_crate::db] ',
    '2024-05-01T10:00:00.1Z ERROR my_crate::db: ',
    '[2024-05-01 10:00:00 +0000] [123] [ERROR] ',
    '[2024-05-01 10:00:00,123: ERROR/MainProcess] ',
    '2024-05-01 10:00:00.123 | ERROR    | app.main:handle:12 - ',
    '20240501-10:00:00:606|Pump|30002312|',
    '05-01 10:00:00.811  1702  2395 E PumpService: ',
    '2024-05-01T10:00:00Z\tERROR\tpkg/file.go:12\t',
    '2024-05-01 10:00:00.008 25746 ERROR shop.api.wsgi [req-38101a0b tenant - -] ',
    '240501 203615 148 ERROR store.Node$Writer: ',
    '24/05/01 20:10:40 ERROR executor.Backend: ',
    '[1714557600123] ',
    'ERROR:root:',
    '[ERROR] ',
    'ERROR ',
  ])('%s', (head) => {
    const line = head + MESSAGE;
    expect(line.slice(messageStart(line))).toBe(MESSAGE);
  });

  it.each([
    'ERROR IN CONTACTING THE PUMP',
    '63543 alignment exceptions',
    '1365301360 alignment exceptions',
    'connection refused at 2024-05-01 10:00:00',
    'TypeError: x is not a function',
    'npm ERR! code ELIFECYCLE',
    'SQLSTATE[HY000] [2002] Connection refused',
    '',
  ])('but %s has none', (line) => {
    expect(messageStart(line)).toBe(0);
  });

  it('leaves the error where a logger would stand', () => {
    expect(messageTemplate('2024-05-01 10:00:00 ERROR TypeError: x')).toBe('TypeError: x');
    expect(messageTemplate('2024-05-01 10:00:00 ERROR connection: refused')).toBe('connection: refused');
    expect(messageTemplate('2024-05-01 10:00:00 [error] [ORA-00942] no table')).toBe('[ORA-00942] no table');
  });

  it('of a line that is nothing else stays', () => {
    expect(messageTemplate('2024-05-01 10:00:00 ERROR ')).not.toBe('');
  });
});

import { describe, expect, it } from 'vitest';
import { canonicalTemplate, messageTemplate } from '../../../src/classify/template/canonical-template.ts';
import { MASK_RULES } from '../../../src/classify/template/mask-rule.ts';
import { maskText } from '../../../src/classify/template/scan.ts';

describe('the template form masks', () => {
  it.each(MASK_RULES.map(({ name, example: [text, template] }) => [name, text, template]))(
    '%s: %s is %s',
    (_name, text, template) => {
      expect(messageTemplate(text)).toBe(template);
    },
  );

  it.each([
    ['a UUID', 'job 0f8b1c9e-6d3a-4b8e-9a55-1f0e2d3c4b5a lost', 'job <*> lost'],
    ['an address and its port', 'connect ECONNREFUSED 10.1.2.3:6379', 'connect ECONNREFUSED <*>'],
    ['an IPv6 address', 'peer fe80::1ff:fe23:4567:890a left', 'peer <*> left'],
    ['a MAC address', 'lease for FF:A1:0C:22:3D:4E denied', 'lease for <*> denied'],
    ['a time in the text', 'retry at 2024-05-01T10:00:00.123Z', 'retry at <*>'],
    ['a pointer', 'bad free at 0x7ffe3a2b1c40', 'bad free at <*>'],
    ['a list of any length', 'lost shards 1, 2, 3', 'lost shards <*>'],
    ['the same value said twice', 'sent 1910 bytes (1.86 KB) to it', 'sent <*> to it'],
    ['less than a second', 'took <1 sec', 'took <*>'],
    ['a number glued to its unit', 'waited 1.6s', 'waited <*>'],
    ['a value in brackets', 'Key (email)=(ann@example.com) exists', 'Key (email)=(<*>) exists'],
    ['a path of Windows', 'cannot open C:\\data\\a b', 'cannot open <*> b'],
    ['a file in a bucket', 'no s3://bucket/a/b', 'no <*>'],
    ['a host with a port', 'dial cache.local:6379 failed', 'dial <*> failed'],
    ['the number of a device', 'lost sync with GPS(0)', 'lost sync with <*>'],
    ['digits of other scripts', 'رقم ٤٥٦٧', 'رقم <*>'],
    ['values of JSON in the text', 'bad {"user": "ann", "n": 4}', 'bad {"user": <*>, "n": <*>}'],
    ['a success in an access log', '"POST /orders HTTP/1.1" 201 7', '"POST <*>" <*>'],
  ])('%s', (_what, text, template) => {
    expect(messageTemplate(text)).toBe(template);
  });

  it('leaves the letters of a text that would be one mask', () => {
    expect(messageTemplate('worker-7')).toBe('worker-<*>');
    expect(messageTemplate('worker-7')).not.toBe(messageTemplate('queue-7'));
  });
});

describe('the template form keeps', () => {
  it.each([
    ['error classes', 'java.io.IOException: stream of Http2Error closed'],
    ['names of errno', 'connect ECONNREFUSED'],
    ['codes of vendors', 'ORA-00942 after TS2345 and E11000'],
    ['a code that the text calls one', 'error XY1234 and code 1045'],
    ['HTTP statuses', 'status 503, then 502 Bad Gateway, returned 404'],
    ['exit codes', 'exited with code 137'],
    ['errno numbers', 'accept failed: errno 24'],
    ['bare quoted identifiers', 'relation "invoices" lacks column `total`'],
    ['what was called', 'Cannot invoke "Order.total()"'],
    ['words with a digit', 'oauth2 over http2 to s3 failed'],
    ['the values that are the error', 'error=timeout reason=expired level=warn code=E42'],
    ['routes of a server error', '"GET /v1/orders" 500'],
    ['negations', 'lock not acquired'],
    ['an error in quotes behind a colon', 'job failed: "connection refused"'],
    ['who is no user', 'closed due to user request'],
  ])('%s', (_what, text) => {
    expect(messageTemplate(text)).toBe(text);
  });

  it.each([
    ['another route', 'POST https://a.example.com/pay/7 failed', 'POST https://a.example.com/ship/7 failed'],
    ['another method', 'GET /v1/orders/7 failed', 'DELETE /v1/orders/7 failed'],
    ['another status', '"GET /a HTTP/1.1" 404 1', '"GET /a HTTP/1.1" 403 1'],
    ['another faulty route', '"GET /pay HTTP/1.1" 500 1', '"GET /ship HTTP/1.1" 500 1'],
    ['another cause, late in the line', `${'x '.repeat(300)}refused`, `${'x '.repeat(300)}expired`],
    ['another deployment', 'pod api-7d4b9c6f5-x2lqp gone', 'pod web-7d4b9c6f5-x2lqp gone'],
  ])('apart: %s', (_what, a, b) => {
    expect(messageTemplate(a)).not.toBe(messageTemplate(b));
  });
});

describe('labels', () => {
  it('that say only what kind of error it is stand in front of the text', () => {
    expect(canonicalTemplate('TypeError: cb is not a function')).toBe(
      'unhandled exception: TypeError: cb is not a function',
    );
    expect(canonicalTemplate('connect ETIMEDOUT 10.0.0.1:443')).toBe('network reset: connect ETIMEDOUT <*>');
    expect(canonicalTemplate('Exited with code 137')).toBe('non-zero exit: Exited with code 137');
  });

  it('that say what is wrong replace it', () => {
    expect(canonicalTemplate('Out of memory: Killed process 4990')).toBe('out of memory');
  });
});

describe('masked text', () => {
  it('is masked already (but for what stands behind a mask in a URL)', () => {
    for (const { name, example } of MASK_RULES) {
      if (name !== 'url') expect(maskText(example[1])).toBe(example[1]);
    }
  });
});

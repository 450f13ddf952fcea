import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { redactRecord } from '../../src/record/redact.ts';
import { recordOfObject } from '../../src/record/structured.ts';
import { recordOfText } from '../../src/record/text.ts';

const CONTEXT = { observedAt: 1_700_000_000_000 };
const SECRET = 'hunter2Zq9';
const R = '[REDACTED]';

describe('redactRecord', () => {
  it.each([
    'token',
    'apiKey',
    'X-Api-Key',
    'api_key',
    'clientSecret',
    'Set-Cookie',
    'user.password',
    'passwd',
    'authorization',
    'SENTRY_DSN',
    'privateKey',
    'private-key',
    'dbPwd',
  ])('blanks the whole value under %s, whatever it is', (key) => {
    for (const value of [SECRET, 42, true, null, [SECRET], { a: { b: SECRET } }]) {
      const { attributes, raw } = redactRecord(
        recordOfObject({ msg: 'x', deep: [{ [key]: value }] }, CONTEXT),
      );
      expect(attributes).toEqual({ deep: [{ [key]: R }] });
      expect(JSON.parse(raw)).toEqual({ msg: 'x', deep: [{ [key]: R }] });
    }
  }); // prettier-ignore

  it('blanks a value beside its name, in raw headers and argument lists', () => {
    const object = {
      msg: 'x',
      headers: [{ name: 'Cookie', value: SECRET }],
      rawHeaders: ['Host', 'x', 'Authorization', SECRET],
      argv: ['run', '--password', SECRET],
    };
    const record = redactRecord(recordOfObject(object, CONTEXT));
    expect(record.attributes).toEqual({
      headers: [{ name: 'Cookie', value: R }],
      rawHeaders: ['Host', 'x', 'Authorization', R],
      argv: ['run', '--password', R],
    });
  });

  it('blanks every string of the record', () => {
    const text = `token=${SECRET}`;
    const record = redactRecord({
      observedAt: 0,
      severityNumber: 0,
      severityText: text,
      event: text,
      body: text,
      error: text,
      exception: { type: text, message: text, stacktrace: text },
      attributes: { [text]: text },
      resource: { service: text, host: text },
      traceId: text,
      spanId: text,
      raw: text,
    }); // prettier-ignore
    expect(JSON.stringify(record)).not.toContain(SECRET);
  });

  it('finds a key that JSON hides behind an escape', () => {
    const line = `{"msg":"x","pass\\u0077ord":"${SECRET}"}`;
    expect(JSON.stringify(redactRecord(recordOfText(line, CONTEXT)))).not.toContain(SECRET);
  });

  it('leaves a record without secrets as it is', () => {
    const record = recordOfText('{"level":50,"msg":"no space left","err":{"code":"ENOSPC"}}', CONTEXT);
    expect(redactRecord(record)).toEqual(record);
  });

  const json = fc.jsonValue({ maxDepth: 4, noUnicodeString: false }) as fc.Arbitrary<unknown>;
  const plant = fc.constantFrom<(secret: string) => unknown>(
    (s) => ({ password: s }),
    (s) => ({ a: { 'x-api-key': [{ b: s }] } }),
    (s) => ({ msg: `login password=${s} failed` }),
    (s) => ({ err: { type: 'E', message: `token: ${s}`, stack: `E: token: ${s}\n    at x (y.js:1:1)` } }),
    (s) => ({ log: JSON.stringify({ message: 'm', secret: s }) }),
    (s) => ({ url: `postgres://u:${s}@db/x` }),
    (s) => ({ headers: `Cookie: a=${s}; b=${s}\nHost: x` }),
    (s) => `Authorization: Basic ${s}`,
  );

  it('lets no planted secret through, however nested, and is idempotent', () => {
    fc.assert(
      fc.property(
        json,
        plant,
        fc.array(fc.constantFrom('a', 'msg', 'error', 'attributes', 'log'), { maxLength: 6 }),
        (noise, planted, path) => {
          const inner = path.reduce<unknown>((value, key) => ({ noise, [key]: value }), planted(SECRET));
          const line = JSON.stringify({ noise, inner });
          for (const record of [
            recordOfObject({ noise, inner }, CONTEXT),
            recordOfText(line, CONTEXT),
            recordOfText(`prefix ${line} suffix`, CONTEXT),
            recordOfText(JSON.stringify(inner), CONTEXT),
          ]) {
            const clean = redactRecord(record);
            expect(JSON.stringify(clean)).not.toContain(SECRET);
            expect(redactRecord(clean)).toEqual(clean);
          }
        },
      ),
      { numRuns: 500 },
    );
  });
});

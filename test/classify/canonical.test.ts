import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { canonicalSeed } from '../../src/classify/canonical.ts';
import { fingerprint } from '../../src/classify/fingerprint.ts';

describe('the seed form', () => {
  it.each([
    ['Killed: OUT OF MEMORY (pid 12)', 'out of memory'],
    ['pod was OOMKilled', 'out of memory'],
    ['gunicorn: [CRITICAL] WORKER TIMEOUT (pid:7)', 'gunicorn worker timeout'],
    ['certificate verify failed: self-signed', 'tls certificate'],
    ['x509: certificate has expired or is not yet valid', 'tls certificate'],
    ['Error: socket hang up during query', 'network reset'],
    ['connect ETIMEDOUT 10.0.0.1:443', 'network reset'],
    ['EMFILE: too many open files, open', 'too many open files'],
    ['ENOSPC: write', 'no space left'],
    ['TypeError: x is not a function', 'unhandled exception'],
    ['Traceback (most recent call last)', 'unhandled exception'],
    ['Exited with code 137', 'non-zero exit'],
    ['Exited with code 0', 'exited with code #'],
    ['Out of memory after socket hang up', 'out of memory'],
    ['Job 42 failed at 0xDEADbeef', 'job # failed at 0x?'],
    ['0x1f and 0 and 10x and x10 and v1.2', '0x? and # and 10x and x10 and v1.#'],
    ['a_1 1_a 1-2 3.5', 'a_1 1_a #-# #.#'],
    ['0x0', '0x?'],
  ])('of %s is %s', (text, canonical) => {
    expect(canonicalSeed(text)).toBe(canonical);
  });

  it('takes a number as whole only when no letter of any script touches it', () => {
    expect(canonicalSeed('משתמש 123 ו٤٥٦ ١٢٣')).toBe('משתמש # ו٤٥٦ #');
    expect(canonicalSeed('订单10023支付失败')).toBe('订单10023支付失败');
  });

  it('is cut to 200 code points after masking and before lower case', () => {
    expect(canonicalSeed('😀'.repeat(300))).toBe('😀'.repeat(200));
    expect(canonicalSeed(`${'1234567 '.repeat(100)}`)).toBe('# '.repeat(100));
    expect([...canonicalSeed('İ'.repeat(200))].length).toBe(400);
  });

  it('is total and linear: 100 KB of anything takes no time', () => {
    for (const piece of ['gunicorn', 'x509: ', '0x', '1', 'a1', '1a', '0x1g', '😀', '\u0000']) {
      const startedAt = performance.now();
      canonicalSeed(piece.repeat(Math.ceil(100_000 / piece.length)));
      expect(performance.now() - startedAt).toBeLessThan(5_000);
    }
    fc.assert(
      fc.property(
        fc.string({ unit: 'binary', maxLength: 500 }),
        (text) => [...canonicalSeed(text)].length <= 600,
      ),
    );
  });
});

describe('the fingerprint', () => {
  it('is the first 12 hex digits of sha1("{category}|{canonical}")', () => {
    const expected = createHash('sha1').update('critical|out of memory').digest('hex').slice(0, 12);
    expect(fingerprint('critical', 'out of memory')).toBe(expected);
  });
});

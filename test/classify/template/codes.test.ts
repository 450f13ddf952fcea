import { describe, expect, it } from 'vitest';
import { canonicalTemplate } from '../../../src/classify/template/canonical-template.ts';

describe('a code is the error', () => {
  it.each([
    ['worker killed by signal 9', 'worker killed by signal 11'],
    ['child left, signal: 6 (core dumped)', 'child left, signal: 9 (core dumped)'],
    ['exited with status 3', 'exited with status 4'],
    ['exited with code 137', 'exited with code 1'],
    ['exited with a status of 3', 'exited with a status of 4'],
    ['the exit code was 3', 'the exit code was 4'],
    ['the hub responded with a status of 404', 'the hub responded with a status of 500'],
    ['a status of 404 for /a/b', 'a status of 500 for /a/b'],
    ['accept failed [errno: 5]', 'accept failed [errno: 28]'],
    ['accept failed errno=13', 'accept failed errno=24'],
    ['accept failed errno 110', 'accept failed errno 111'],
    ['no class, HRESULT: 0x80070005', 'no class, HRESULT: 0x80004005'],
    ['no class (HRESULT 0x80070005)', 'no class (HRESULT 0x80004005)'],
    ['Exception 0xC0000005 in pump.dll', 'Exception 0xC00000FD in pump.dll'],
    ['*** STOP: 0x7B (0x1, 0x2)', '*** STOP: 0xD1 (0x1, 0x2)'],
    ['setup failed, error 0x80070057', 'setup failed, error 0x80070643'],
    ['setup failed, ntstatus 0xc0000022', 'setup failed, ntstatus 0xc0000034'],
  ])('apart: %s, %s', (a, b) => {
    expect(canonicalTemplate(a)).not.toBe(canonicalTemplate(b));
  });

  it.each([
    ['worker 17 killed by signal 9', 'worker 18 killed by signal 9'],
    ['lost the signal 200 times', 'lost the signal 300 times'],
    ['weak signal 20 % of it', 'weak signal 31 % of it'],
    ['the status of 12 jobs is unknown', 'the status of 130 jobs is unknown'],
    ['a status of 404 for job 7', 'a status of 404 for job 8'],
    ['Exception 0xC0000005 at 0x7ffe3a2b1c40', 'Exception 0xC0000005 at 0x7ffe3a2b1c88'],
    ['*** STOP: 0x7B (0x1, 0x2)', '*** STOP: 0x7B (0x8, 0x3)'],
    ['bad free, error 0x7ffe3a2b1c40', 'bad free, error 0x7ffe3a2b1c88'],
    ['exception at 0x80070057', 'exception at 0x80070643'],
    ['error: 5 of 7 failed', 'error: 6 of 9 failed'],
  ])('one error: %s, %s', (a, b) => {
    expect(canonicalTemplate(a)).toBe(canonicalTemplate(b));
  });
});

import { describe, expect, it } from 'vitest';
import { canonicalTemplate } from '../../../src/classify/template/canonical-template.ts';
import { TRACES, type Variant } from './traces.ts';

const ONCE: Variant = { line: 41, id: '90017', build: '4f3a9c1b', site: 'settle', type: 'StateError' };
const AGAIN: Variant = { ...ONCE, line: 148, id: '52', build: 'b07e55d2' };

describe.each(Object.entries(TRACES))('a stack trace of %s', (_name, trace) => {
  it('is the same error with other lines, ids and builds', () => {
    expect(canonicalTemplate(trace(AGAIN))).toBe(canonicalTemplate(trace(ONCE)));
  });

  it('is another error at another call site', () => {
    expect(canonicalTemplate(trace({ ...ONCE, site: 'cancel' }))).not.toBe(canonicalTemplate(trace(ONCE)));
  });

  it('is another error with another type', () => {
    expect(canonicalTemplate(trace({ ...ONCE, type: 'LimitError' }))).not.toBe(
      canonicalTemplate(trace(ONCE)),
    );
  });

  it('is the same error when a logger wrote a head in front', () => {
    const headed = `2024-05-01 10:00:00,123 ERROR ${trace(ONCE)}`;
    expect(canonicalTemplate(headed)).toBe(
      canonicalTemplate(`2025-01-31 23:59:59,001 ERROR ${trace(AGAIN)}`),
    );
  });
});

import { labelOf } from '../canonical.ts';
import { canonicalTemplate, messageOf, TEMPLATE_LENGTH } from './canonical-template.ts';
import { MASK_RULES, type MaskRule } from './mask-rule.ts';
import type { MaskedPlace } from './mask-writer.ts';
import { maskText } from './scan.ts';
import { type Trace, traceIn } from './trace.ts';

/** One thing that was masked. */
export interface MaskedPart {
  readonly text: string;
  readonly rule: MaskRule;
  readonly reason: string;
}

/** How a text came to its canonical text: what `/why group` shows. */
export interface Explanation {
  readonly canonical: string;
  /** The label of the canonical pattern that matched. */
  readonly label?: string;
  /** What stood in front of the message: time, host, level … */
  readonly head: string;
  /** What was masked in the message, in its order; empty when a label replaced it. */
  readonly masked: readonly MaskedPart[];
  /** Set when the group is one of a stack trace. */
  readonly trace?: Trace;
}

const REASONS = new Map<MaskRule, string>(MASK_RULES.map(({ name, reason }) => [name, reason]));

/** Explains the canonical text of the `template` form. Never throws. */
export function explainTemplate(text: string, stacktrace?: string): Explanation {
  const canonical = canonicalTemplate(text, stacktrace);
  const label = labelOf(text.slice(0, TEMPLATE_LENGTH));
  const trace = traceIn(text) ?? (stacktrace === undefined ? undefined : traceIn(stacktrace));
  const { head, message } = messageOf(trace === undefined ? text : trace.message);
  const places: MaskedPlace[] = [];
  maskText(message, places);
  const shown = label === canonical ? [] : places;
  return {
    canonical,
    ...(label === undefined ? {} : { label }),
    head,
    masked: shown.map(({ start, end, rule }) => ({
      text: message.slice(start, end),
      rule,
      reason: REASONS.get(rule) ?? '',
    })),
    ...(trace === undefined ? {} : { trace }),
  };
}

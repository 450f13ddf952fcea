import { ruleFor } from './alerting/decide.ts';
import type { AlertRules } from './alerting/rules.ts';
import type { Fate } from './chat/command.ts';
import { formatSpan, plural } from './chat/views/format.ts';
import { createClassifier, identify } from './classify/classifier.ts';
import type { Ruleset } from './classify/signature.ts';
import { explainTemplate } from './classify/template/explain.ts';
import type { Span } from './message/message.ts';
import { loopReason } from './record/loop-guard.ts';
import { matchText } from './record/match-text.ts';
import { redactRecord } from './record/redact.ts';
import { recordOfText } from './record/text.ts';

export interface RulesNow {
  readonly rules: Ruleset;
  readonly alerts: AlertRules;
  readonly now: number;
}

const code = (text: string): Span => ({ style: 'code', text });

/** What becomes of a log line under the rules: the same way through the pipeline, without storing anything. */
export function explainLine(line: string, { rules, alerts, now }: RulesNow): Fate {
  const record = recordOfText(line, { observedAt: now });
  const loop = loopReason(record);
  if (loop !== undefined)
    return { words: ['is dropped: Tocsin does not listen to itself (', code(loop), ').'] };
  const verdict = createClassifier(rules).classify(redactRecord(record));
  switch (verdict.outcome) {
    case 'ignored':
      return { words: ['is empty.'] };
    case 'noise':
      return {
        words: ['is noise: the allowlist pattern ', code(verdict.pattern), ' takes it.'],
        noise: verdict.pattern,
      };
    case 'generic':
      if (!verdict.grouped) {
        // A sender may have said "error" in a field that stands beside the text.
        const { fingerprint } = identify(verdict.text, undefined, alerts.fingerprint);
        return {
          words: ['is no error by itself, and no signature knows it: it is only counted.'],
          fingerprint,
        };
      }
      break;
    case 'match':
  }
  const signature = verdict.outcome === 'match' ? verdict.signature : undefined;
  const stacktrace = record.exception?.stacktrace;
  const { category, fingerprint } = identify(
    verdict.text,
    signature?.category,
    alerts.fingerprint,
    stacktrace,
  );
  const rule = ruleFor(alerts, category, signature, stacktrace !== undefined);
  const who: Span[] = signature
    ? ['is taken by signature ', code(signature.id), ` (${category} · ${signature.policy})`]
    : ['is an error that no signature knows'];
  const when = !rule.rings
    ? 'it never rings, because generic.alert is false'
    : rule.immediate
      ? 'it rings at the first event'
      : `${plural(rule.minCount, 'event')} within ${formatSpan(rule.windowMs)} ring`;
  return { words: [...who, '; its group is ', code(fingerprint), `; ${when}.`], fingerprint };
}

/** How the template form comes to the canonical text of a line. */
export function explainGroup(line: string) {
  const record = redactRecord(recordOfText(line, { observedAt: 0 }));
  const { head, masked, trace } = explainTemplate(matchText(record), record.exception?.stacktrace);
  return { head, masked, frames: trace?.frames ?? [] };
}

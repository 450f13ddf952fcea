import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { alertMessage, escalationMessage } from '../../src/chat/views/alert.ts';
import { bundleMessage, bundlePage, closingMessage } from '../../src/chat/views/bundle.ts';
import { createTimeFormat } from '../../src/chat/views/format.ts';
import { asRepeat } from '../../src/delivery/repeat.ts';
import { fileTextOf } from '../../src/message/file-text.ts';
import { STEPS } from '../../src/message/ladder.ts';
import type { Message } from '../../src/message/message.ts';
import { renderSlack } from '../../src/platforms/slack/render.ts';
import { captionOf, renderTelegram } from '../../src/platforms/telegram/render.ts';
import type { AlertDetail } from '../../src/store/alerts.ts';
import type { Bundle, BundledGroup } from '../../src/store/bundles.ts';
import { referencesOf } from '../doubles/slack/content.ts';
import { parseContent } from '../doubles/slack/message-rules.ts';
import { captionText, messageText } from '../doubles/telegram/formatted-text.ts';
import { parseKeyboard } from '../doubles/telegram/keyboard.ts';
import { anyText, check } from '../message/any-message.ts';

const NOW = Date.UTC(2026, 10, 21, 3);
const context = {
  time: createTimeFormat('UTC'),
  sentry: { url: 'https://sentry.io', org: 'acme', project: 'api' },
  mentions: { telegram: [], slack: [] },
  now: () => NOW,
};

const anyAlert = fc
  .record({
    text: anyText(),
    name: anyText(),
    service: anyText(),
    summary: anyText(),
    category: anyText(),
    runbook: anyText(),
    by: anyText(),
    sample: fc.oneof(anyText(), fc.string({ unit: 'binary', maxLength: 9_000 })),
  })
  .map(
    ({ text, name, service, summary, category, runbook, by, sample }): AlertDetail => ({
      ...{ id: 7, groupId: 3, rangAt: NOW - 60_000, firstAt: NOW - 120_000, lastAt: NOW, lastSeenAt: NOW },
      ...{ windowMs: 300_000, cooldownMs: 600_000, endedAt: null, rangAgain: false, rangAgainAt: undefined },
      ...{
        reason: 'immediate',
        count: 12,
        rate: [1, 4, 2],
        policy: 'escalate',
        severity: 'critical',
        shadow: false,
        novelty: 'new',
      },
      ...{ fingerprint: '0123456789ab', signatureKey: '0123456789ab' },
      ...{ category, summary, runbook, signatureId: name, canonical: text, acked: { by, at: NOW } },
      services: [service, `${service}2`],
      samples: [{ observedAt: NOW, service, traceId: null, text: sample }],
    }),
  );

const anyGroups = fc.array(
  fc.record({
    name: anyText(),
    summary: anyText(),
    category: anyText(),
    urgent: fc.boolean(),
    count: fc.nat(),
  }),
  { maxLength: 150 },
);
const bundle: Bundle = {
  ...{ id: 1, destination: 'test', kind: 'storm', startedAt: NOW - 60_000 },
  ...{ messageId: null, step: 'rich', editedAt: 0, endedAt: null },
};
const groupOf = (group: Partial<BundledGroup>): BundledGroup => ({
  ...{ alertId: 1, fingerprint: '0123456789ab', signatureId: null, name: '', summary: '', category: '' },
  ...{
    policy: 'notify',
    severity: 'high',
    urgent: false,
    escalated: false,
    rangAt: NOW,
    firstAt: NOW,
    rings: 1,
    count: 1,
  },
  ...group,
});

const OURS = new Set(['bold', 'italic', 'code', 'pre', 'text_link']);

/** At every step, in both chats: taken as it is, and without anything of the text come alive. */
function expectTaken(message: Message): void {
  for (const step of STEPS) {
    const telegram = renderTelegram(message, step);
    const { entities, text } = messageText(telegram.text, telegram.parse_mode);
    parseKeyboard(telegram.reply_markup);
    expect(text.length).toBeGreaterThan(0);
    expect(entities.map(({ type }) => type).filter((type) => !OURS.has(type) && type !== 'url')).toEqual([]);
    const slack = renderSlack(message, { actions: true, step });
    const parsed = parseContent({
      ...slack,
      metadata: { event_type: 'tocsin_message', event_payload: { key: 'a:1' } },
    });
    if (!parsed.ok) throw new Error(`${step}: ${JSON.stringify(parsed)}`);
    const pings = referencesOf(parsed.value).filter(({ kind }) => kind !== 'link');
    expect(pings).toEqual([]);
  }
  expect(captionText(captionOf(message), undefined).text.length).toBeGreaterThan(0);
  expect(fileTextOf(message).isWellFormed()).toBe(true);
}

describe('any bytes as error text, service, sample, signature or name', () => {
  it('give an alert that both chats take at the first attempt, at every step of the ladder', () => {
    check(
      fc.property(anyAlert, (alert) => {
        expectTaken(alertMessage(context, alert));
        expectTaken(asRepeat(escalationMessage(context, alert)));
      }),
      30,
    );
  });

  it('give a storm that both chats take, while it lasts, at its end, and page by page', () => {
    check(
      fc.property(anyGroups, (groups) => {
        const all = groups.map(groupOf);
        expectTaken(bundleMessage(context, bundle, all));
        expectTaken(closingMessage(context, { ...bundle, endedAt: NOW }, all));
        expectTaken(bundlePage(context, bundle, all, 2));
      }),
      20,
    );
  });
});

import {
  type Complain,
  checkHttpUrl,
  checkKeys,
  checkLength,
  checkObject,
  checkOneOf,
  type Json,
} from './schema.ts';

/** The parts of blocks: text objects, buttons, images, confirmation dialogs. */

type TextKind = 'mrkdwn' | 'plain_text';

/** https://docs.slack.dev/reference/block-kit/composition-objects/text-object */
export function checkText(
  value: unknown,
  at: string,
  rule: { readonly kinds: readonly TextKind[]; readonly max: number },
  complain: Complain,
): void {
  if (!checkObject(value, at, complain)) return;
  const type = String(value['type']);
  if (value['type'] === undefined) {
    complain('missing required field: type', at);
    return;
  }
  if (!rule.kinds.some((kind) => kind === type)) {
    complain(`must be one of: ${rule.kinds.join(', ')}`, `${at}/type`);
    return;
  }
  const optional = ['type', type === 'mrkdwn' ? 'verbatim' : 'emoji'];
  if (!checkKeys(value, at, { required: ['text'], optional }, complain)) return;
  const inner: [string, string][] = [];
  checkLength(value['text'], `${at}/text`, { max: rule.max }, (message, where) =>
    inner.push([message, where]),
  );
  // Where two kinds are allowed, the real API first says that neither schema fits.
  if (inner.length > 0 && rule.kinds.length > 1) complain('failed to match all allowed schemas', at);
  for (const [message, where] of inner) complain(message, where);
}

const BUTTON_KEYS = ['type', 'action_id', 'url', 'value', 'style', 'confirm', 'accessibility_label'];

/** https://docs.slack.dev/reference/block-kit/block-elements/button-element */
export function checkButton(value: unknown, at: string, complain: Complain): void {
  if (!checkObject(value, at, complain)) return;
  if (value['type'] !== 'button') {
    complain(`unsupported type: ${String(value['type'])}`, `${at}/type`);
    return;
  }
  if (!checkKeys(value, at, { required: ['text'], optional: BUTTON_KEYS }, complain)) return;
  checkText(value['text'], `${at}/text`, { kinds: ['plain_text'], max: 75 }, complain);
  ifGiven(value, 'action_id', (it) => checkLength(it, `${at}/action_id`, { max: 255 }, complain));
  ifGiven(value, 'value', (it) => checkLength(it, `${at}/value`, { max: 2000 }, complain));
  ifGiven(value, 'url', (it) => checkHttpUrl(it, `${at}/url`, complain));
  ifGiven(value, 'style', (it) => checkOneOf(it, `${at}/style`, ['primary', 'danger'], complain));
  ifGiven(value, 'accessibility_label', (it) =>
    checkLength(it, `${at}/accessibility_label`, { max: 75 }, complain),
  );
  ifGiven(value, 'confirm', (it) => checkConfirm(it, `${at}/confirm`, complain));
}

/** https://docs.slack.dev/reference/block-kit/composition-objects/confirmation-dialog-object */
function checkConfirm(value: unknown, at: string, complain: Complain): void {
  if (!checkObject(value, at, complain)) return;
  const optional = ['title', 'confirm', 'deny', 'style'];
  if (!checkKeys(value, at, { required: ['text'], optional }, complain)) return;
  checkText(value['text'], `${at}/text`, { kinds: ['plain_text', 'mrkdwn'], max: 300 }, complain);
  for (const [key, max] of [
    ['title', 100],
    ['confirm', 30],
    ['deny', 30],
  ] as const) {
    ifGiven(value, key, (it) => checkText(it, `${at}/${key}`, { kinds: ['plain_text'], max }, complain));
  }
  ifGiven(value, 'style', (it) => checkOneOf(it, `${at}/style`, ['primary', 'danger'], complain));
}

/** https://docs.slack.dev/reference/block-kit/blocks/image-block, and the element of the same name. */
export function checkImage(value: Json, at: string, also: readonly string[], complain: Complain): void {
  const required = ['alt_text', value['slack_file'] === undefined ? 'image_url' : 'slack_file'];
  if (!checkKeys(value, at, { required, optional: ['type', ...also] }, complain)) return;
  checkLength(value['alt_text'], `${at}/alt_text`, { max: 2000 }, complain);
  ifGiven(value, 'image_url', (it) => checkHttpUrl(it, `${at}/image_url`, complain));
}

function ifGiven(object: Json, key: string, check: (value: unknown) => void): void {
  if (object[key] !== undefined) check(object[key]);
}

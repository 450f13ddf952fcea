// @ts-check
// The tree of a message becomes elements. All of it is data: it enters the page as text nodes only, and links lead to http(s) alone.

/** @typedef {(button: HTMLElement, action: string) => void} Press */

/** @param {any} entry @param {Press} press */
export const renderEntry = (entry, press) => (entry.kind === 'line' ? typedLine(entry) : card(entry, press));

const TONES = [
  [/^(🔴|🚨|❌)/u, 'high'],
  [/^(🟠|⚠)/u, 'medium'],
  [/^🟡/u, 'low'],
  [/^(🟢|✅)/u, 'good'],
  [/^(🔵|ℹ)/u, 'info'],
];

/** @param {string} tag @param {Record<string, any>} props @param {(Node|string)[]} children */
export function el(tag, props = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(props)) {
    if (name in node) /** @type {any} */ (node)[name] = value;
    else node.setAttribute(name, value);
  }
  node.append(...children);
  return node;
}

/** Colours of a terminal go, other control characters and what turns the direction of text round is made visible. */
export function visible(/** @type {string} */ text) {
  return String(text)
    .replace(/\u001b\[[\d;]*m/g, '')
    .replace(/\r\n/g, '\n')
    .replace(/[\u0000-\u0008\u000b-\u001f]/g, (c) => String.fromCharCode(0x2400 + c.charCodeAt(0)))
    .replace(
      /[\u007f-\u009f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g,
      (c) => `\\u{${c.charCodeAt(0).toString(16)}}`,
    );
}

/** @param {string} text @param {string} url */
function anchor(text, url, className = '') {
  if (!/^https?:\/\//i.test(url)) return el('span', {}, visible(text));
  return el('a', { href: url, rel: 'noopener noreferrer', target: '_blank', className }, visible(text));
}

const STYLES = { bold: 'strong', italic: 'em', code: 'code' };
const spans = (/** @type {any[]} */ list) =>
  list.map((span) => {
    if (typeof span === 'string') return visible(span);
    if (span.style === 'link') return anchor(span.text, span.url);
    return el(STYLES[/** @type {keyof STYLES} */ (span.style)] ?? 'span', {}, visible(span.text));
  });

const buttonRow = (/** @type {any[]} */ buttons, /** @type {Press} */ press) =>
  el(
    'div',
    { className: 'buttons' },
    ...buttons.map((b) =>
      b.kind === 'link'
        ? anchor(b.label, b.url, 'button')
        : el(
            'button',
            {
              type: 'button',
              className: 'button',
              onclick: (/** @type {any} */ e) => press(e.currentTarget, b.action),
            },
            visible(b.label),
          ),
    ),
  );

const isNumber = (/** @type {string} */ cell) =>
  /^[-+~]?[\d][\d\s.,:/]*\s?(%|[a-zµ]{1,3})?$|^[–—-]$/i.test(cell);

function table(/** @type {string[][]} */ [head = [], ...rows]) {
  const right = head.map((_, i) =>
    i > 0 && rows.every((row) => !row[i] || isNumber(row[i])) ? 'number' : '',
  );
  const cells = (/** @type {string} */ tag, /** @type {string[]} */ row) =>
    el(
      'tr',
      {},
      ...row.map((cell, i) => {
        const heading = tag === 'th' ? { scope: 'col' } : i === 0 ? { scope: 'row' } : {};
        return el(i === 0 ? 'th' : tag, { className: right[i] ?? '', ...heading }, visible(cell));
      }),
    );
  return el(
    'div',
    { className: 'scroll' },
    el(
      'table',
      {},
      el('thead', {}, cells('th', head)),
      el('tbody', {}, ...rows.map((row) => cells('td', row))),
    ),
  );
}

/** @type {Record<string, (block: any, press: Press) => Node>} */
const BLOCKS = {
  title: (b) => el('h2', {}, visible(b.text)),
  text: (b) => el('p', {}, ...spans(b.spans)),
  note: (b) => el('p', { className: 'note' }, ...spans(b.spans)),
  divider: () => el('hr'),
  table: (b) => table(b.rows),
  fields: (b) =>
    el(
      'dl',
      {},
      ...b.fields.map((/** @type {any} */ f) =>
        el('div', {}, el('dt', {}, visible(f.label)), el('dd', {}, ...spans(f.value))),
      ),
    ),
  code: (b) =>
    el(
      'figure',
      {},
      ...(b.label ? [el('figcaption', {}, visible(b.label))] : []),
      el(
        'pre',
        { className: 'scroll', 'aria-label': b.label ? visible(b.label) : 'Log lines' },
        ...String(b.text)
          .split('\n')
          .map((text) => el('code', {}, `${visible(text)}\n`)),
      ),
    ),
  item: (b, press) =>
    el(
      'section',
      { className: 'item' },
      el('span', { className: 'n', 'aria-hidden': 'true' }, `${b.n}`),
      el(
        'div',
        { className: 'body' },
        el('h3', {}, ...spans(b.title)),
        ...b.lines.map((/** @type {any[]} */ l) => el('p', {}, ...spans(l))),
      ),
      ...(b.buttons?.length ? [buttonRow(b.buttons, press)] : []),
    ),
};

function card(/** @type {any} */ { id, at, message }, /** @type {Press} */ press) {
  const title = message.blocks.find((/** @type {any} */ b) => b.type === 'title')?.text ?? message.summary;
  const tone = TONES.find(([sign]) => /** @type {RegExp} */ (sign).test(title))?.[1] ?? 'plain';
  return el(
    'article',
    { id: `m${id}`, className: `entry card ${tone}`, tabIndex: -1, 'aria-label': visible(message.summary) },
    when(at),
    ...message.blocks.map((/** @type {any} */ b) => BLOCKS[b.type]?.(b, press) ?? ''),
    ...(message.buttons ?? []).map((/** @type {any[]} */ row) => buttonRow(row, press)),
  );
}

const typedLine = (/** @type {any} */ { id, at, text }) =>
  el('div', { id: `m${id}`, className: 'entry typed' }, el('code', {}, visible(text)), when(at));

let clockAheadMs = 0; // of the bot's clock against this browser's

/** @param {number} botNow */
export function setClock(botNow) {
  clockAheadMs = botNow - Date.now();
}

function ago(/** @type {number} */ at) {
  const minutes = Math.floor((Date.now() + clockAheadMs - at) / 60_000);
  if (minutes < 1) return 'just now';
  if (minutes < 60) return `${minutes} min ago`;
  return minutes < 48 * 60 ? `${Math.floor(minutes / 60)} h ago` : `${Math.floor(minutes / 1440)} days ago`;
}

function when(/** @type {number} */ at) {
  const iso = new Date(at).toISOString();
  return el('time', { dateTime: iso, title: iso.replace('T', ' ').replace(/\..*/, ' UTC') }, ago(at));
}

export function refreshTimes() {
  for (const time of document.querySelectorAll('time')) time.textContent = ago(Date.parse(time.dateTime));
}

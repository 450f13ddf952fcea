// @ts-check
// The line at the bottom: suggestions of commands, history by arrow up, shortcuts.
import { el } from '/console/message.js';

/** @typedef {{name: string, description: string, usage: string}} Command */

const HISTORY = 'tocsin.history';
const $ = (/** @type {string} */ id) => /** @type {any} */ (document.getElementById(id));
const line = $('line');
const suggestions = $('suggestions');

/** @type {readonly Command[]} */
let commands = [];
let past = load();
let at = past.length; // the place in the history
let active = -1; // the marked suggestion
/** @type {(text: string) => Promise<boolean>} */
let send = async () => false;

/** @param {(text: string) => Promise<boolean>} deliver false: it did not arrive, and is given back to the line */
export function startComposer(deliver) {
  send = deliver;
  if (matchMedia('(pointer: fine)').matches) line.focus(); // on a phone it would open the keyboard
}

/** @param {readonly Command[]} known */
export function offerCommands(known) {
  commands = known.map((command) => ({ ...command, name: command.name.replace(/^\//, '') }));
  const alone = commands.filter(({ usage }) => !usage.startsWith('<')).slice(0, 6);
  $('shortcuts').replaceChildren(
    ...alone.map(({ name, description: title }) =>
      el('button', { type: 'button', title, onclick: () => submit(`/${name}`) }, `/${name}`),
    ),
  );
}

async function submit(/** @type {string} */ text) {
  past = [...past.filter((old) => old !== text), text].slice(-50);
  at = past.length;
  try {
    localStorage.setItem(HISTORY, JSON.stringify(past));
  } catch {
    // Storage is off or full: the history lasts as long as the page.
  }
  const arrived = await send(text);
  if (!arrived && line.value === '') setLine(text);
}

/** @returns {string[]} */
function load() {
  try {
    const kept = JSON.parse(localStorage.getItem(HISTORY) ?? '[]');
    return Array.isArray(kept) ? kept.filter((text) => typeof text === 'string') : [];
  } catch {
    return []; // storage is off or holds something else
  }
}

function setLine(/** @type {string} */ text) {
  line.value = text;
  suggest();
  line.setSelectionRange(text.length, text.length);
}

function suggest() {
  const [, word = '', space] = /^\/?(\S*)(\s?)/.exec(line.value.toLowerCase()) ?? [];
  const known = commands.find(({ name }) => name === word);
  const naming = line.value !== '' && !space && at === past.length;
  const fitting = naming ? commands.filter(({ name }) => name.startsWith(word) && name !== word) : [];
  suggestions.replaceChildren(...fitting.map(suggestion));
  $('usage').textContent = known ? `/${known.name} ${known.usage}` : '';
  open(fitting.length > 0);
}

function suggestion(/** @type {Command} */ { name, description }, /** @type {number} */ index) {
  const onclick = () => {
    setLine(`/${name} `);
    line.focus();
  };
  const props = { id: `s${index}`, role: 'option', 'aria-selected': 'false', onclick };
  return el('div', props, el('code', {}, `/${name}`), el('span', {}, description));
}

function open(/** @type {boolean} */ shown) {
  active = -1;
  suggestions.hidden = !shown;
  line.setAttribute('aria-expanded', String(shown));
  line.removeAttribute('aria-activedescendant');
}

/** Marks the next (1) or the one before (-1), round and round. */
function mark(/** @type {number} */ step) {
  const options = [...suggestions.children];
  const from = active < 0 && step < 0 ? 0 : active;
  active = (from + step + options.length) % options.length;
  for (const [i, option] of options.entries()) option.setAttribute('aria-selected', String(i === active));
  options[active].scrollIntoView({ block: 'nearest' });
  line.setAttribute('aria-activedescendant', `s${active}`);
}

function recall(/** @type {number} */ step) {
  at = Math.min(Math.max(at + step, 0), past.length);
  setLine(past[at] ?? '');
}

/** What a key does now, undefined: what it does anyway. */
function meaning(/** @type {string} */ key) {
  const shown = !suggestions.hidden;
  if (key === 'ArrowUp') return () => (shown ? mark(-1) : recall(-1));
  if (key === 'ArrowDown') return () => (shown ? mark(1) : recall(1));
  if (key === 'Tab' && shown) return () => suggestions.children[Math.max(active, 0)].click();
  if (key === 'Enter' && active >= 0) return () => suggestions.children[active].click();
  if (key === 'Escape' && shown) return () => open(false);
  return undefined;
}

line.addEventListener('keydown', (/** @type {KeyboardEvent} */ event) => {
  const act = event.isComposing || event.shiftKey ? undefined : meaning(event.key);
  if (act === undefined) return;
  event.preventDefault();
  act();
});
line.addEventListener('input', () => {
  at = past.length;
  suggest();
});
line.addEventListener('blur', () => open(false));
// A press on a suggestion must not take the focus first: the list would close under it.
suggestions.addEventListener('mousedown', (/** @type {Event} */ event) => event.preventDefault());

$('composer').addEventListener('submit', (/** @type {Event} */ event) => {
  event.preventDefault();
  const text = line.value.trim();
  if (text === '') return;
  setLine('');
  void submit(text);
});

document.addEventListener('keydown', (event) => {
  const typing = document.activeElement === line || event.ctrlKey || event.metaKey || event.altKey;
  if (event.key !== '/' || typing) return;
  event.preventDefault();
  line.focus();
  if (line.value === '') setLine('/');
});

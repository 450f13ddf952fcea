// @ts-check
// The feed, the connection to the bot, and what is said to it.
import { offerCommands, startComposer } from '/console/composer.js';
import { el, refreshTimes, renderEntry, setClock, visible } from '/console/message.js';

const $ = (/** @type {string} */ id) => /** @type {any} */ (document.getElementById(id));
const [scroller, feed, empty, link, newer] = ['scroller', 'feed', 'empty', 'link', 'newer'].map($);

/** The feed -------------------------------------------------------------------------------------------------------- */

let live = false; // false while the past is being shown: it is not announced
let unread = 0;
let below = 0;
let keep = 200;

const atEnd = () => scroller.scrollHeight - scroller.scrollTop - scroller.clientHeight < 80;
const toEnd = () => scroller.scrollTo({ top: scroller.scrollHeight });

function show(/** @type {any} */ entry) {
  const follow = !live || entry.kind === 'line' || atEnd();
  const old = document.getElementById(`m${entry.id}`);
  const fresh = renderEntry(entry, press);
  if (old) swap(old, fresh);
  else feed.append(fresh);
  while (feed.childElementCount > keep) feed.firstElementChild.remove();
  empty.hidden = true;
  letScrollByKeyboard(fresh);
  if (live && entry.kind === 'message') announce(entry.message, old !== null);
  if (follow && !old) toEnd();
  else if (!old && live) below += 1;
  showCounts();
}

/** The new form takes the place and, if it was in there, the keyboard's focus. */
function swap(/** @type {HTMLElement} */ old, /** @type {HTMLElement} */ fresh) {
  const focused = old.contains(document.activeElement) ? document.activeElement : null;
  const buttons = (/** @type {HTMLElement} */ within) => [...within.querySelectorAll('button')];
  const index = buttons(old).indexOf(/** @type {HTMLButtonElement} */ (focused));
  old.replaceWith(fresh);
  if (!focused) return;
  const same = buttons(fresh).find((b) => b.textContent === focused.textContent) ?? buttons(fresh)[index];
  (same ?? fresh).focus({ preventScroll: true });
}

function letScrollByKeyboard(/** @type {HTMLElement} */ within) {
  for (const box of /** @type {NodeListOf<HTMLElement>} */ (within.querySelectorAll('.scroll'))) {
    if (box.scrollHeight <= box.clientHeight && box.scrollWidth <= box.clientWidth) continue;
    box.tabIndex = 0;
    box.setAttribute('role', 'group');
    if (!box.hasAttribute('aria-label')) box.setAttribute('aria-label', 'Table');
  }
}

function announce(/** @type {any} */ message, /** @type {boolean} */ edited) {
  $('announcer').replaceChildren(el('span', {}, visible(message.summary)));
  if (document.hidden && !edited && !message.silent) unread += 1;
}

function showCounts() {
  if (atEnd()) below = 0;
  if (!document.hidden) unread = 0;
  document.title = unread > 0 ? `(${unread}) Tocsin` : 'Tocsin';
  newer.hidden = below === 0;
  newer.textContent = `↓ ${below} new`;
}

scroller.addEventListener('scroll', showCounts, { passive: true });
document.addEventListener('visibilitychange', showCounts);
newer.addEventListener('click', () => {
  toEnd();
  $('line').focus();
});

/** The connection -------------------------------------------------------------------------------------------------- */

/** @type {EventSource | undefined} */
let source;
let lastEventId = '';
let run = '';
let attempts = 0;
/** @type {any} */
let watchdog;

function connect() {
  source?.close();
  clearTimeout(watchdog);
  source = new EventSource(`/console/events?after=${encodeURIComponent(lastEventId)}`);
  source.onerror = lost;
  on('hello', hello);
  on('entry', show);
  on('ready', () => {
    live = true;
    attempts = 0;
    empty.hidden = feed.childElementCount > 0;
    state('connected', 'connected');
  });
  on('alive', () => {});
}

function on(/** @type {string} */ name, /** @type {(data: any) => void} */ act) {
  source?.addEventListener(name, (event) => {
    lastEventId = event.lastEventId || lastEventId;
    clearTimeout(watchdog);
    watchdog = setTimeout(lost, 40_000); // a heartbeat comes every 15 s
    act(JSON.parse(event.data));
  });
}

/** The browser's own reconnecting gives up for good at the first 502, so it is done here. */
async function lost() {
  source?.close();
  clearTimeout(watchdog);
  state('away', 'the bot is away, trying again…');
  watchdog = setTimeout(connect, Math.min(1000 * 2 ** attempts++, 10_000));
  const page = await fetch('/', { method: 'HEAD' }).catch(() => undefined);
  if (page?.status === 401) location.reload();
}

function hello(/** @type {any} */ greeting) {
  setClock(greeting.now);
  keep = greeting.keep;
  $('hints').replaceChildren(
    ...greeting.hints.map((/** @type {string} */ hint) =>
      el(
        'li',
        {},
        ...hint.split('`').map((part, i) => (i % 2 ? el('code', {}, visible(part)) : visible(part))),
      ),
    ),
  );
  offerCommands(greeting.commands);
  live = feed.childElementCount > 0;
  if (run && run !== greeting.run && feed.childElementCount) {
    // Numbers begin anew with each run of the bot; what was said before stays to read.
    for (const old of feed.children) old.removeAttribute('id');
    feed.append(el('p', { className: 'entry restart' }, 'the bot was restarted'));
  }
  run = greeting.run;
}

function state(/** @type {string} */ name, /** @type {string} */ text) {
  if (link.dataset.state === name) return;
  link.dataset.state = name;
  link.textContent = text;
}

/** Speaking to the bot --------------------------------------------------------------------------------------------- */

/** @param {string} path @param {object} body */
async function post(path, body) {
  const headers = { 'Content-Type': 'application/json' };
  try {
    const answer = await fetch(path, { method: 'POST', headers, body: JSON.stringify(body) });
    const said = await answer.json();
    if (said.toast || said.error) toast(said.toast ?? said.error);
    return answer.ok;
  } catch {
    toast('The bot is away. Try again when it is back.');
    return false;
  }
}

async function press(/** @type {HTMLElement} */ button, /** @type {string} */ action) {
  if (button.ariaBusy === 'true') return;
  button.ariaBusy = 'true';
  await post('/console/press', { action, messageId: button.closest('article')?.id.slice(1) ?? '' });
  button.ariaBusy = 'false';
}

function toast(/** @type {string} */ text) {
  const note = el('p', {}, visible(text));
  $('toasts').append(note);
  setTimeout(() => note.remove(), 6000);
}

startComposer((text) => post('/console/command', { text }));
setInterval(refreshTimes, 20_000);
connect();

import { checkButton, checkImage, checkText } from './block-elements.ts';
import { isObject, list } from './content.ts';
import { type Complain, checkKeys, checkLength, checkList, type Json } from './schema.ts';

/**
 * Refuses what https://docs.slack.dev/reference/block-kit/blocks does not allow, in the words of the real
 * API.
 */

/** At https://docs.slack.dev/reference/block-kit/blocks, "up to 50 blocks in each message". */
const BLOCKS_MAX = 50;
/**
 * https://docs.slack.dev/reference/block-kit/blocks/markdown-block: all markdown blocks of one payload
 * together.
 */
const MARKDOWN_MAX = 12_000;

type Check = (block: Json, at: string, complain: Complain) => void;

const CHECKS: Readonly<Record<string, Check>> = {
  section: checkSection,
  header: (block, at, complain) => {
    if (!checkKeys(block, at, { required: ['text'], optional: BLOCK_KEYS }, complain)) return;
    checkText(block['text'], `${at}/text`, { kinds: ['plain_text'], max: 150 }, complain);
  },
  context: (block, at, complain) => {
    checkElements(block, at, 10, complain, (element, where) => {
      if (isObject(element) && element['type'] === 'image') checkImage(element, where, [], complain);
      else checkText(element, where, { kinds: ['mrkdwn', 'plain_text'], max: 3000 }, complain);
    });
  },
  actions: (block, at, complain) => {
    checkElements(block, at, 25, complain, (element, where) => checkButton(element, where, complain));
    checkUniqueActionIds(list(block['elements']), `${at}/elements`, complain);
  },
  divider: (block, at, complain) => checkKeys(block, at, { required: [], optional: BLOCK_KEYS }, complain),
  image: (block, at, complain) => {
    checkImage(block, at, [...BLOCK_KEYS, 'title'], complain);
    if (block['title'] !== undefined) {
      checkText(block['title'], `${at}/title`, { kinds: ['plain_text'], max: 2000 }, complain);
    }
  },
  rich_text: (block, at, complain) => {
    checkElements(block, at, Number.POSITIVE_INFINITY, complain, (element, where) => {
      const type = isObject(element) ? element['type'] : undefined;
      if (!RICH_TYPES.includes(String(type))) complain(`unsupported type: ${String(type)}`, `${where}/type`);
    });
  },
  markdown: (block, at, complain) => {
    if (!checkKeys(block, at, { required: ['text'], optional: BLOCK_KEYS }, complain)) return;
    checkLength(block['text'], `${at}/text`, { max: MARKDOWN_MAX }, complain);
  },
};

const BLOCK_KEYS = ['type', 'block_id'];
const RICH_TYPES = ['rich_text_section', 'rich_text_list', 'rich_text_preformatted', 'rich_text_quote'];

/** What is wrong with the blocks, as `message [json-pointer:/blocks/…]`; empty when Slack would take them. */
export function blockErrors(blocks: readonly unknown[]): string[] {
  const errors: string[] = [];
  const complain: Complain = (message, at) => errors.push(`${message} [json-pointer:${at}]`);
  if (blocks.length > BLOCKS_MAX) complain(`no more than ${BLOCKS_MAX} items allowed`, '/blocks');
  const ids = new Set<string>();
  for (const [i, block] of blocks.entries()) checkBlock(block, `/blocks/${i}`, ids, complain);
  checkMarkdownTotal(blocks, complain);
  return errors;
}

function checkBlock(block: unknown, at: string, ids: Set<string>, complain: Complain): void {
  if (!isObject(block)) {
    complain('must provide an object', at);
    return;
  }
  const type = String(block['type']);
  const check = Object.hasOwn(CHECKS, type) ? CHECKS[type] : undefined;
  if (block['type'] === undefined) {
    complain('missing required field: type', at);
    return;
  }
  if (check === undefined) {
    complain(`unsupported type: ${type}`, `${at}/type`);
    return;
  }
  check(block, at, complain);
  const id = block['block_id'];
  if (id === undefined) return;
  checkLength(id, `${at}/block_id`, { max: 255 }, complain);
  if (ids.has(String(id))) complain(`\`block_id\` "${String(id)}" already exists`, `${at}/block_id`);
  ids.add(String(id));
}

function checkSection(block: Json, at: string, complain: Complain): void {
  const optional = [...BLOCK_KEYS, 'text', 'fields', 'accessory', 'expand'];
  if (!checkKeys(block, at, { required: [], optional }, complain)) return;
  if (block['text'] === undefined && block['fields'] === undefined) {
    complain('must define either `text` or `fields`', at);
  }
  if (block['text'] !== undefined) {
    checkText(block['text'], `${at}/text`, { kinds: ['mrkdwn', 'plain_text'], max: 3000 }, complain);
  }
  if (block['fields'] !== undefined) {
    checkList(block['fields'], `${at}/fields`, 10, complain, (field, where) =>
      checkText(field, where, { kinds: ['mrkdwn', 'plain_text'], max: 2000 }, complain),
    );
  }
  const accessory = block['accessory'];
  if (accessory === undefined) return;
  if (isObject(accessory) && accessory['type'] === 'image') {
    checkImage(accessory, `${at}/accessory`, [], complain);
  } else {
    checkButton(accessory, `${at}/accessory`, complain);
  }
}

function checkElements(
  block: Json,
  at: string,
  max: number,
  complain: Complain,
  each: (element: unknown, at: string) => void,
): void {
  if (!checkKeys(block, at, { required: ['elements'], optional: BLOCK_KEYS }, complain)) return;
  checkList(block['elements'], `${at}/elements`, max, complain, each);
}

/**
 * https://docs.slack.dev/reference/block-kit/block-elements/button-element: unique in the containing block.
 */
function checkUniqueActionIds(elements: readonly unknown[], at: string, complain: Complain): void {
  const seen = new Set<unknown>();
  for (const [i, element] of elements.entries()) {
    const id = isObject(element) ? element['action_id'] : undefined;
    if (id === undefined) continue;
    if (seen.has(id)) complain(`\`action_id\` "${String(id)}" already exists`, `${at}/${i}/action_id`);
    seen.add(id);
  }
}

function checkMarkdownTotal(blocks: readonly unknown[], complain: Complain): void {
  const texts = blocks
    .filter(isObject)
    .filter((b) => b['type'] === 'markdown' && typeof b['text'] === 'string');
  const total = texts.reduce((sum, block) => sum + String(block['text']).length, 0);
  if (texts.length > 1 && total > MARKDOWN_MAX) {
    complain(`must be less than ${MARKDOWN_MAX + 1} characters`, '/blocks');
  }
}

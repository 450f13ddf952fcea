import { isObject } from '../../record/bounded-value.ts';
import { recordOfObject } from '../../record/structured.ts';
import {
  createHarvest,
  type DecodeContext,
  type Decoded,
  MAX_RECORDS,
  TOO_MANY,
  type Unreadable,
} from './harvest.ts';
import { parseJson } from './json.ts';

export const BULK_ACTIONS = ['index', 'create', 'update', 'delete'] as const;
export type BulkAction = (typeof BULK_ACTIONS)[number];

/** What became of one action, in the order of the request: senders look at each. */
export interface BulkItem {
  readonly action: BulkAction;
  readonly index: string;
  readonly id: string | undefined;
  /** Why it was not taken. */
  readonly refused?: string;
}

export interface BulkRecords extends Decoded {
  readonly items: readonly BulkItem[];
}

const NOT_AN_OBJECT = 'the document is not valid JSON, or no object';

/**
 * The documents of Elasticsearch's `_bulk`: a line names the action, the next one is the document (none after `delete`).
 * https://www.elastic.co/docs/api/doc/elasticsearch/operation/operation-bulk
 * A broken document is refused alone, a broken action line makes the request unreadable, as with Elasticsearch itself.
 */
export function decodeBulk(
  body: Uint8Array,
  index: string,
  context: DecodeContext,
): BulkRecords | Unreadable {
  const harvest = createHarvest(context);
  const items: BulkItem[] = [];
  const lines = linesOf(body);
  for (let line = lines.next(); !line.done; line = lines.next()) {
    if (items.length >= MAX_RECORDS) {
      harvest.drop(TOO_MANY);
      break;
    }
    const action = readAction(line.value, index);
    if (!action) return { unreadable: `Malformed action/metadata line [${2 * items.length + 1}]` };
    if (action.action === 'delete') {
      harvest.drop('not_a_log');
      items.push(action);
      continue;
    }
    const document = lines.next();
    if (document.done)
      return { unreadable: 'The bulk request must be terminated by a document and a newline [\\n]' };
    const added = addDocument(document.value, action.action);
    items.push(added ? action : { ...action, refused: NOT_AN_OBJECT });
  }
  if (items.length === 0) return { unreadable: 'request body is required' };
  return { records: harvest.records, dropped: harvest.dropped, items };

  function addDocument(text: string, action: BulkAction): boolean {
    const parsed = parseJson(text);
    const whole = parsed.ok ? parsed.value : undefined;
    const document = action === 'update' && isObject(whole) ? whole['doc'] : whole;
    if (!isObject(document)) {
      harvest.drop('malformed');
      return false;
    }
    harvest.add(recordOfObject(document, { observedAt: context.observedAt, raw: text }));
    return true;
  }
}

function readAction(line: string, index: string): BulkItem | undefined {
  const parsed = parseJson(line);
  if (!parsed.ok || !isObject(parsed.value)) return undefined;
  const [name, ...more] = Object.keys(parsed.value);
  const action = BULK_ACTIONS.find((candidate) => candidate === name);
  const meta = action && parsed.value[action];
  if (!action || more.length > 0 || !isObject(meta)) return undefined;
  const { _index: named, _id: id } = meta;
  return {
    action,
    index: typeof named === 'string' ? named.slice(0, 255) : index,
    id: typeof id === 'string' || typeof id === 'number' ? String(id).slice(0, 512) : undefined,
  };
}

/** One document, of `POST /<index>/_doc`. */
export function decodeDocument(body: Uint8Array, context: DecodeContext): Decoded | Unreadable {
  const parsed = parseJson(body);
  if (!parsed.ok || !isObject(parsed.value)) return { unreadable: NOT_AN_OBJECT };
  const harvest = createHarvest(context);
  harvest.add(recordOfObject(parsed.value, { observedAt: context.observedAt }));
  return harvest;
}

/** Lines that are not blank. */
function* linesOf(body: Uint8Array): Generator<string> {
  for (let start = 0; start < body.length; ) {
    const found = body.indexOf(10, start);
    const end = found < 0 ? body.length : found;
    const line = new TextDecoder().decode(body.subarray(start, end)).trim();
    if (line !== '') yield line;
    start = end + 1;
  }
}

import { ByteWords } from './byte-words.ts';
import { PARENTS, ROLES, type Role, TRANSPARENT } from './fields.ts';

/** What a field of an object may do to its line: make its text, its level, an exception; or name its service. */
export const FIELD = {
  BODY: 1,
  EVENT: 2,
  LEVEL: 3,
  NUMBER: 4,
  ERROR: 5,
  SERVICE: 6,
  STATUS: 7,
  NONE: 0,
} as const;

export interface Field {
  readonly kind: number;
  /** Tells it from the other fields. */
  readonly id: number;
  /** The fields of an object that is its value. */
  readonly members: Fields | undefined;
}
export type Fields = ByteWords<Field>;

const KINDS: Partial<Record<Role, number>> = {
  body: FIELD.BODY,
  event: FIELD.EVENT,
  severity: FIELD.LEVEL,
  severityNumber: FIELD.NUMBER,
  error: FIELD.ERROR,
  exceptionType: FIELD.ERROR,
  exceptionMessage: FIELD.ERROR,
  stack: FIELD.ERROR,
  service: FIELD.SERVICE,
};

/** Of an access log in JSON (http-status.ts), and in words. Elsewhere than at the top of a record it says nothing. */
const STATUSES = ['status', 'status_code', 'statuscode'];

/** Of pino and bunyan: what the program is called. */
const PROGRAM = 'name';

let ids = 0;

/** The fields of a path: as `collect` of structured.ts finds them. */
function fieldsOf(path: string): Fields {
  const prefix = path === '' ? '' : `${path}.`;
  const kinds = new Map<string, number>();
  const names = path === '' ? ['resource', PROGRAM, ...STATUSES, ...TRANSPARENT] : [];
  for (const name of [...ROLES.keys(), ...PARENTS])
    if (name.startsWith(prefix)) names.push(name.slice(prefix.length));
  if (path === '') {
    for (const name of STATUSES) kinds.set(name, FIELD.STATUS);
    kinds.set(PROGRAM, FIELD.SERVICE);
  }
  for (const [name, { role }] of ROLES)
    if (name.startsWith(prefix)) kinds.set(name.slice(prefix.length), KINDS[role] ?? FIELD.NONE);
  const fields: Fields = new ByteWords(
    [...new Set(names)].map((name) => [
      name,
      {
        kind: kinds.get(name) ?? FIELD.NONE,
        id: ids++,
        get members() {
          return path === '' && TRANSPARENT.has(name) ? fields : members.get(prefix + name);
        },
      },
    ]),
  );
  return fields;
}

const members: ReadonlyMap<string, Fields> = new Map(
  [...PARENTS, 'resource'].map((path) => [path, fieldsOf(path)]),
);

/** The fields of a record itself. */
export const FIELDS: Fields = fieldsOf('');
/** How many fields there are. */
export const FIELD_COUNT = ids;

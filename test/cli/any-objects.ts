import fc from 'fast-check';
import { PARENTS, ROLES } from '../../src/record/fields.ts';
import { word } from './any-lines.ts';

/** Every name that means something, some that do not, and some that JavaScript has its own idea of. */
const NAMES = [
  ...ROLES.keys(),
  ...PARENTS,
  ...[
    'attributes',
    'resource',
    'status',
    'status_code',
    'statusCode',
    'name',
    'event',
    'request',
    'url',
    'path',
  ],
  ...[
    'method',
    'a',
    'user',
    'pid',
    'data',
    'password',
    '__proto__',
    'constructor',
    'toString',
    '',
    'msg ',
    'tags',
  ],
];
const LEVELS = [
  ...[
    'info',
    'INFO',
    'Debug',
    'warn',
    'error',
    'ERROR',
    'E',
    'I',
    'F',
    ' fatal ',
    'core:error',
    'Level.SEVERE',
    'crit!',
  ],
  ...['<3>', '<6>', '30', '50', '00050', '3', '6', '400', '300', 'err', 'notice', 'x', '', ' '],
];
const OURS = ['tocsin', ' tocsin ', 'internal_alert', 'alert_received', 'Tocsin', 'thrown', 'interval_alert'];
const NUMBERS = [
  ...[
    '0',
    '-0',
    '3',
    '3.9',
    '4',
    '6',
    '8',
    '10',
    '17',
    '16.99',
    '1.7e1',
    '24',
    '30',
    '49.9',
    '50',
    '60',
    '5e1',
    '99',
    '100',
  ],
  ...[
    '200',
    '404',
    '499',
    '500',
    '503',
    '5.03E+2',
    '599',
    '600',
    '700',
    '999',
    '1000',
    '5000',
    '4e4',
    '40000',
    '1e400',
  ],
  ...['-1', '1795256168377', '01', '1.', '.5', '1e', '+1', '0x10', 'NaN', '12345678901234567890'],
];
const CALM = [
  'user',
  'done',
  'the job is ready',
  'cache hit',
  'took 3ms',
  'GET /cart',
  'a',
  '42',
  'x=1',
  'sent to queue',
];

const quote = (text: string) => JSON.stringify(text);
const text = fc.oneof(
  { weight: 12, arbitrary: fc.constantFrom(...CALM).map(quote) },
  { weight: 2, arbitrary: word.map(quote) },
  {
    weight: 1,
    arbitrary: fc.tuple(fc.constantFrom(...CALM), word).map(([one, other]) => quote(`${one} ${other}`)),
  },
  { weight: 1, arbitrary: fc.constantFrom(...LEVELS, ...OURS).map(quote) },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      ...[
        '"\\u0065rror"',
        '"a\\/b"',
        '"a \\"b\\""',
        '"{}"',
        '"{ }"',
        '"[1]"',
        '""',
        '" "',
        '"\\n"',
        '"x\\n    at f (a.js:1:2)"',
      ],
      ...[
        '"\\u00zz"',
        '"\\x"',
        '"\t"',
        '"\u007f"',
        '"\u00e9"',
        '"{\\"msg\\":\\"error\\"}"',
        '"done\\\\"',
        '"\\ud800"',
        '"a\\tb"',
      ],
    ),
  },
);
const level = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom('"info"', '"warn"', '30', '"INFO"', '"debug"', '6') },
  { weight: 1, arbitrary: fc.constantFrom(...LEVELS).map(quote) },
  { weight: 1, arbitrary: fc.constantFrom(...NUMBERS) },
);
const scalar = fc.oneof(
  { weight: 6, arbitrary: text },
  { weight: 2, arbitrary: fc.constantFrom(...NUMBERS) },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      'true',
      'false',
      'null',
      '{}',
      '[]',
      '[1,2]',
      '["x"]',
      '[102,97,105,108]',
      'nul',
    ),
  },
);
const cased = fc
  .tuple(fc.constantFrom(...NAMES), fc.nat(9))
  .map(([name, how]) =>
    how === 0 ? name.toUpperCase() : how === 1 ? name.replace(/^./, (c) => c.toUpperCase()) : name,
  );
const blank = fc.constantFrom('', '', '', '', '', ' ', '\t', '\r', '  ');

const { value } = fc.letrec<{ value: string; object: string; list: string }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    { weight: 8, arbitrary: scalar },
    { weight: 1, arbitrary: level },
    { weight: 2, arbitrary: tie('object') },
    { weight: 1, arbitrary: tie('list') },
  ),
  list: fc.array(tie('value'), { maxLength: 3 }).map((items) => `[${items.join(',')}]`),
  object: fc
    .array(fc.tuple(cased.map(quote), tie('value'), blank, blank), { maxLength: 4 })
    .map(
      (members) =>
        `{${members.map(([key, inner, one, other]) => `${one}${key}:${other}${inner}`).join(',')}}`,
    ),
}));

/** As loggers write it. */
const usual = fc
  .tuple(
    fc.constantFrom(
      '"level"',
      '"severity"',
      '"lvl"',
      '"log.level"',
      '"@l"',
      '"s"',
      '"priority"',
      '"severityNumber"',
    ),
    level,
    fc.constantFrom('"msg"', '"message"', '"msg"', '"event"', '"body"', '"@m"', '"log"', '"text"'),
    text,
    fc.array(
      fc.tuple(
        fc.constantFrom('"service"', '"host"', '"user"', '"time"', '"pid"', '"tags"', '"name"'),
        value,
      ),
      {
        maxLength: 3,
      },
    ),
    fc.nat(),
  )
  .map(([levelKey, levelValue, key, said, others, at]) => {
    const members = others.map(([name, inner]) => `${name}:${inner}`);
    members.splice(at % (members.length + 1), 0, `${key}:${said}`);
    return `{${levelKey}:${levelValue},${members.join(',')}}`;
  });

/** Fields beside a calm text; some of them say that it is ours. */
const BESIDE = [
  ...[
    '"user":1',
    '"service":"a"',
    '"tags":["x",{}]',
    '"t":null',
    '"user":1',
    '"service":"a"',
    '"t":-1.5',
    '"a":{"b":{}}',
  ],
  ...[
    '"service":"tocsin"',
    '"app":" tocsin"',
    '"name":"tocsin"',
    '"event":"internal_alert"',
    '"a":{"event":"alert_received"}',
  ],
];
const calm = fc
  .tuple(fc.constantFrom(...CALM, 'a "b"', 'x/y'), level, fc.constantFrom(...BESIDE))
  .map(([said, severity, beside]) => `{"level":${severity},${beside},"msg":${quote(said)}}`);

const any = fc
  .tuple(usual, fc.array(fc.tuple(cased.map(quote), value, blank, fc.nat()), { maxLength: 3 }))
  .map(([line, members]) =>
    members.reduce(
      (object, [key, inner, space, where]) =>
        where % 2 === 0
          ? `{${space}${key}:${inner},${object.slice(1)}`
          : `${object.slice(0, -1)},${key}${space}:${inner}${space}}`,
      line,
    ),
  );
const edited = fc
  .tuple(
    any,
    fc.array(fc.tuple(fc.nat(), fc.oneof(word, fc.constantFrom(...'{}[]":,\\ 0a-.eE'))), { maxLength: 3 }),
  )
  .map(([line, edits]) =>
    edits.reduce((object, [at, piece]) => {
      const start = at % (object.length + 1);
      return object.slice(0, start) + piece + object.slice(start + (at % 3));
    }, line),
  );

/** JSON objects as lines, whole and mutated; most of them say nothing. May hold line feeds. */
export const anyObject: fc.Arbitrary<string> = fc.oneof(
  { weight: 20, arbitrary: calm },
  { weight: 12, arbitrary: usual },
  { weight: 6, arbitrary: any },
  { weight: 2, arbitrary: edited },
  { weight: 1, arbitrary: value },
);

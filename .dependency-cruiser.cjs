/**
 * Which room may import which. One direction, from the floor up; docs/architecture.md shows the picture.
 * `any` may be imported, of `types` only the types (`import type`). A room may always import itself.
 */
const ROOMS = {
  record: {},
  classify: { any: ['record'] },
  alerting: { any: ['record'], types: ['classify'] },
  // A queued notice is a message.
  store: { types: ['record', 'classify', 'alerting', 'message'] },
  pipeline: { any: ['record', 'classify', 'alerting', 'store'] },
  sources: { any: ['record', 'pipeline'] },
  message: {},
  // The lists that give birth to the types (severities, categories) stand in signature.ts.
  chat: { any: ['store', 'alerting', 'message', 'classify/signature\\.ts$'], types: ['classify'] },
  delivery: { any: ['store', 'alerting', 'message'] },
  platforms: { any: ['chat', 'delivery', 'message'] },
  // It looks at every floor; only the command line asks it.
  doctor: {
    any: [
      ...['record', 'classify', 'config', 'store', 'message', 'delivery', 'platforms', 'chat/views'],
      ...['sources/listen-error\\.ts$', '(control|log|platforms)\\.ts$'],
    ],
  },
  metrics: { types: ['store', 'pipeline'] },
  // It configures classify and alerting, and checks the examples of signatures with the real matcher.
  config: { any: ['classify', 'alerting/rules\\.ts$'] },
};

/** Each dependency enters in one place; behind it nobody knows its types. */
const PACKAGES = {
  '@?grammy(js)?': 'platforms/telegram/',
  '@slack': 'platforms/slack/',
  'better-sqlite3': 'store/',
  re2: 'classify/',
  'js-yaml': 'config/',
  'prom-client': 'metrics/',
  commander: 'cli/',
  'pino-abstract-transport': 'pino\\.ts$',
  pino: '(log|pino)\\.ts$',
};

/** The heart runs in a browser, in a worker, in a virtual week. */
const HEART = '^src/(record|classify|alerting|message)/';
const IO =
  '^(node:)?(child_process|cluster|dgram|dns|fs|http|http2|https|net|os|process|readline|timers|tls|worker_threads)(/|$)';

const inside = (paths) => paths.map((path) => (path.includes('.') ? `^src/${path}` : `^src/${path}/`));

const rooms = Object.entries(ROOMS).flatMap(([room, { any = [], types = [] }]) => [
  {
    name: `${room}-imports-down`,
    comment: `src/${room} may import ${[...any, ...types.map((type) => `${type} (types)`)].join(', ') || 'nothing of ours'}`,
    severity: 'error',
    from: { path: `^src/${room}/` },
    to: { path: '^src/', pathNot: inside([room, ...any, ...types]) },
  },
  ...(types.length === 0
    ? []
    : [
        {
          name: `${room}-imports-only-types`,
          comment: `of ${types.join(', ')} src/${room} may only import types`,
          severity: 'error',
          from: { path: `^src/${room}/` },
          to: { path: inside(types), pathNot: inside([room, ...any]), dependencyTypesNot: ['type-only'] },
        },
      ]),
]);

const packages = Object.entries(PACKAGES).map(([name, place]) => ({
  name: `${name.replace(/[^a-z0-9]+/g, '-').replace(/^-|-$/g, '')}-in-one-place`,
  comment: `only src/${place} may import it`,
  severity: 'error',
  from: { path: '^src/', pathNot: `^src/${place}` },
  to: { path: `(^|/)node_modules/(@types/)?${name}/` },
}));

module.exports = {
  forbidden: [
    ...rooms,
    ...packages,
    {
      name: 'every-room-is-known',
      comment: 'a new folder in src/ needs a row in .dependency-cruiser.cjs',
      severity: 'error',
      from: { path: '^src/[^/]+/', pathNot: `^src/(${Object.keys(ROOMS).join('|')}|cli)/` },
      to: {},
    },
    {
      name: 'heart-does-no-io',
      severity: 'error',
      from: { path: HEART },
      to: { path: IO, dependencyTypes: ['core'] },
    },
    { name: 'no-circular', severity: 'error', from: { path: '^src/' }, to: { circular: true } },
    {
      name: 'no-orphans',
      comment: 'nobody imports it and it imports nobody',
      severity: 'error',
      from: {
        orphan: true,
        path: '^src/',
        pathNot: ['^src/(cli|index|pino)\\.ts$', '^src/platforms/console/page/'],
      },
      to: {},
    },
    {
      name: 'src-stands-alone',
      comment: 'what runs does not import what tests, shows or builds it',
      severity: 'error',
      from: { path: '^src/', pathNot: '\\.test\\.ts$' },
      to: { path: '^(test|scripts|examples|bench)/|\\.test\\.ts$' },
    },
    {
      name: 'not-to-unresolvable',
      comment: 'the examples import tocsin itself, which is there after the build only',
      severity: 'error',
      from: { pathNot: '^examples/' },
      to: { couldNotResolve: true },
    },
    {
      name: 'no-dev-dependency-in-src',
      severity: 'error',
      from: { path: '^src/', pathNot: '\\.test\\.ts$' },
      to: { dependencyTypes: ['npm-dev'], dependencyTypesNot: ['type-only'] },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    // The page's own scripts name each other by the addresses under which the bot serves them; dist is what was built.
    exclude: { path: '^(dist/|src/platforms/console/page/)' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'require', 'node', 'default', 'types'],
      mainFields: ['module', 'main', 'types', 'typings'],
    },
  },
};

import { installedPeers } from './peers/peers.mjs';
import { httpRow } from './rows-http.mjs';
import { latencyRow } from './rows-latency.mjs';
import { pipeProgram, stdinRow } from './rows-pipe.mjs';
import { udpRow } from './rows-udp.mjs';

/** Different errors in a corpus: so many that a storm is one of the whole system. */
const GROUPS = 17_000;
/** form, signatures, share of errors */
const DEFAULT_PIPE = [
  ['raw', 200, 0.03],
  ['json', 200, 0.03],
  ['raw', 15, 0.03],
  ['raw', 1000, 0.03],
  ['raw', 200, 0.005],
  ['raw', 200, 1],
];
const FULL_PIPE = ['raw', 'json'].flatMap((form) =>
  [15, 200, 1000].flatMap((signatures) => [0.005, 0.03, 1].map((errors) => [form, signatures, errors])),
);
/** What peers are compared on. */
const COMPARED = [
  ['raw', 200, 0.03],
  ['json', 200, 0.03],
  ['raw', 15, 0.03],
  ['raw', 200, 1],
];
const LINE_TOOLS_ONLY = new Set(['json']);

/** Lines a second of run: fixed, because the first ones are dearer (JIT), and rows are compared with each other. */
const PIPE_LINES = { usual: 300_000, storm: 50_000 };

/** What a line costs must depend on none of these: how many lines, different errors and signatures there are. */
const SCALING = [
  ...[10_000, 100_000, 1_000_000, 10_000_000].map((lines) => ({ what: `${lines} lines`, lines })),
  ...[10, 1_000, 100_000].map((groups) => ({ what: `${groups} groups`, groups, errors: 1, lines: 300_000 })),
  ...[15, 200, 1_000].map((signatures) => ({
    what: `${signatures} signatures`,
    signatures,
    lines: 1_000_000,
  })),
];

function scalingRows({ seed, real, seconds }) {
  return SCALING.map(({ what, lines, groups = GROUPS, errors = 0.03, signatures = 200 }) =>
    stdinRow({
      name: `scaling, ${what}`,
      corpus: { seed, errors, groups, real },
      form: 'raw',
      seconds,
      lines,
      program: pipeProgram(signatures),
    }),
  );
}

/** Every row of the table, in the order in which each round runs them. */
export function makeRows({ seed, real, full, peers, scaling, seconds, only }) {
  if (scaling) return { rows: scalingRows({ seed, real, seconds }), missing: [] };
  const corpusOf = (errors) => ({ seed, errors, groups: GROUPS, real });
  const cell = (form, signatures, errors) => `${form}, ${signatures} signatures, ${errors * 100} %`;
  const pipe = (full ? FULL_PIPE : DEFAULT_PIPE).map(([form, signatures, errors]) =>
    stdinRow({
      name: `pipe ${cell(form, signatures, errors)}`,
      corpus: corpusOf(errors),
      form,
      seconds,
      lines: Math.ceil(seconds * (errors < 0.5 ? PIPE_LINES.usual : PIPE_LINES.storm)),
      program: pipeProgram(signatures),
    }),
  );
  const found = peers ? installedPeers() : { peers: [], missing: [] };
  const others = COMPARED.flatMap(([form, signatures, errors]) =>
    found.peers
      // The others know no JSON: they would match the text of it, which is another task.
      .filter(({ name }) => !LINE_TOOLS_ONLY.has(form) || name === 'Python loop')
      .map(({ name, programOf }) => ({
        ...stdinRow({
          name: `${name} ${cell(form, signatures, errors)}`,
          corpus: corpusOf(errors),
          form,
          seconds,
          program: programOf(signatures, form),
        }),
        comparedWith: `pipe ${cell(form, signatures, errors)}`,
      })),
  );
  const corpus = corpusOf(0.03);
  const rows = [
    ...pipe,
    ...others,
    ...[1000, 100, 1].map((batch) => httpRow({ batch, corpus, signatures: 200, seconds })),
    udpRow({ corpus, signatures: 200 }),
    ...[0, 1000].map((linesPerS) => latencyRow({ linesPerS, corpus, signatures: 200 })),
  ];
  return {
    rows: rows.filter(({ name }) => only.every((word) => name.includes(word))),
    missing: found.missing,
  };
}

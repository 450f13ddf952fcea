export function median(values) {
  const sorted = values.filter((value) => Number.isFinite(value)).sort((a, b) => a - b);
  return sorted.length === 0 ? Number.NaN : sorted[Math.floor((sorted.length - 1) / 2)];
}

const quantile = (values, q) =>
  [...values].sort((a, b) => a - b)[Math.ceil(values.length * q) - 1] ?? Number.NaN;
const count = (value) => (Number.isFinite(value) ? Math.round(value).toLocaleString('en-US') : '–');
const short = (value, digits) => (Number.isFinite(value) ? value.toFixed(digits) : '–');

/** A row as it is told: medians, and how far the runs were apart. */
export function summarise(row, results) {
  const rates = results.map(({ linesPerS }) => linesPerS);
  const of = (key) => median(results.map((result) => result[key] ?? Number.NaN));
  return {
    name: row.name,
    comparedWith: row.comparedWith,
    linesPerS: median(rates),
    spread: [Math.min(...rates), Math.max(...rates)],
    cpuUs: of('cpuUs'),
    rssMb: of('rssMb'),
    startMs: of('startMs'),
    lines: of('lines'),
    note: results.at(-1)?.note ?? '',
    ...(row.isLatency
      ? { p50Ms: quantile(row.found, 0.5), p99Ms: quantile(row.found, 0.99), probes: row.found.length }
      : {}),
  };
}

/** Three tables in Markdown: throughput, latency, and ours over the peers. */
export function renderTables(summaries) {
  const throughput = summaries.filter(({ p50Ms }) => p50Ms === undefined);
  const latency = summaries.filter(({ p50Ms }) => p50Ms !== undefined);
  const ratio = (value) => `${short(value, 2)} ×`;
  const ratios = throughput.flatMap(({ name, comparedWith, linesPerS, cpuUs }) => {
    const ours = throughput.find((row) => row.name === comparedWith);
    if (!ours) return [];
    const peer = name.split(/ (?:raw|json),/)[0];
    return [[comparedWith, peer, ratio(ours.linesPerS / linesPerS), ratio(cpuUs / ours.cpuUs)]];
  });
  return [
    table(
      ['row', 'lines/s', 'min … max', 'CPU µs a line', 'peak RSS MB', 'start ms', ''],
      throughput.map((row) => [
        row.name,
        count(row.linesPerS),
        row.spread.map(count).join(' … '),
        short(row.cpuUs, 2),
        short(row.rssMb, 0),
        short(row.startMs, 0),
        row.note,
      ]),
    ),
    table(
      ['row', 'p50 ms', 'p99 ms', 'messages', 'peak RSS MB', ''],
      latency.map((row) => [
        row.name,
        short(row.p50Ms, 1),
        short(row.p99Ms, 1),
        String(row.probes),
        short(row.rssMb, 0),
        row.note,
      ]),
    ),
    table(['Tocsin', 'over', 'lines/s', 'lines a CPU second'], ratios),
  ]
    .filter((text) => text !== '')
    .join('\n\n');
}

function table(head, rows) {
  if (rows.length === 0) return '';
  const widths = head.map((title, column) =>
    Math.max(3, title.length, ...rows.map((row) => row[column].length)),
  );
  const line = (cells) => `| ${cells.map((cell, column) => cell.padEnd(widths[column])).join(' | ')} |`;
  return [line(head), `|${widths.map((width) => '-'.repeat(width + 2)).join('|')}|`, ...rows.map(line)].join(
    '\n',
  );
}

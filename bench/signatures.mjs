const PARTS =
  `ledger invoice checkout basket catalog pricing shipment courier warehouse refund voucher payout billing session
profile avatar mailer webhook scheduler importer exporter indexer crawler thumbnailer transcoder gateway balancer replica
shard journal snapshot compactor broker consumer producer settler reconciler notifier archiver auditor`.split(
    /\s+/,
  );
const FAULTS =
  `checksum mismatch|lease expired|quorum lost|deadlock detected|handshake refused|schema conflict|offset out of range|
stale epoch|duplicate key|queue overflow|circuit open|token rejected|clock skew|write stalled|fsync failed|split brain|
partition unreachable|version clash|payload truncated|signature invalid|certificate expired|pool exhausted|upstream hung up|
invariant violated|assertion failed|bad descriptor|index corrupted|cursor lost|rollback failed|migration stuck`
    .replace(/\n/g, '')
    .split('|');

/** A pattern that RE2, POSIX ERE and Python's re all read alike, and a text that it matches. */
const FORMS = [
  (part, fault) => ({ pattern: `${part} ${fault}`, text: `${part} ${fault}` }),
  (part, fault) => ({ pattern: `${part}.{0,20}${fault}`, text: `${part} node says ${fault}` }),
  (part, fault) => ({ pattern: `(${part}|${part}-svc): (${fault}|E_FATAL)`, text: `${part}-svc: ${fault}` }),
  (part, fault) => ({ pattern: `${fault} (in|on|for) [a-z]*${part}`, text: `${fault} on main${part}` }),
];

/** The errors of every corpus match one of so many signatures: the smallest set that is measured. */
export const COMMON = 15;

/**
 * `count` signatures, the same for a count. The common ones are in every set, spread evenly: a program that tries rules one after
 * the other must not find all errors among the first.
 */
export function makeSignatures(count) {
  if (count < COMMON || count > PARTS.length * FAULTS.length)
    throw new Error(`between ${COMMON} and ${PARTS.length * FAULTS.length} signatures`);
  const common = new Set(Array.from({ length: COMMON }, (_, n) => Math.floor(((n + 0.5) * count) / COMMON)));
  const rest = Array.from({ length: count - COMMON }, (_, n) => signature(COMMON + n));
  let next = 0;
  return Array.from({ length: count }, (_, n) => (common.has(n) ? signature(next++) : rest.shift()));
}

function signature(n) {
  // Every part meets every fault once, and neighbours share neither.
  const part = PARTS[n % PARTS.length];
  const fault = FAULTS[(n + Math.floor(n / PARTS.length)) % FAULTS.length];
  return { id: `S${n}`, category: `area_${n % 7}`, ...FORMS[n % FORMS.length](part, fault) };
}

/** The file for `ERROR_SIGNATURES_PATH`; `extra` is a category that is put before all others. */
export function signaturesFile(signatures, extra = '') {
  const categories = [...new Set(signatures.map(({ category }) => category))];
  const lines = categories.flatMap((category) => [
    `  ${category}:`,
    '    default_policy: notify',
    '    default_severity: medium',
    '    signatures:',
    ...signatures
      .filter((signature) => signature.category === category)
      .map(({ id, pattern }) => `      - { id: ${id}, pattern: '${pattern}' }`),
  ]);
  return `noise_allowlist:\n  - 'healthz.* 200'\ncategories:\n${extra}${lines.join('\n')}\n`;
}

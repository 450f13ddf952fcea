import { type Finding, ok, wrong } from '../platforms/finding.ts';

/** package.json, `engines`. */
const OLDEST_NODE = 20;

/** The Node that runs this. */
export function examineMachine(version = process.versions.node): Finding {
  const major = Number(version.split('.')[0]);
  return major >= OLDEST_NODE
    ? ok('Node', `${version} on ${process.platform} ${process.arch}`)
    : wrong('Node', `${version} is too old: install Node ${OLDEST_NODE} or later`);
}

import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runProgram } from '../process.mjs';
import { followingDaemon } from './daemons.mjs';

const LOOP = fileURLToPath(new URL('loop.py', import.meta.url));
const has = (command) => spawnSync('bash', ['-c', `command -v ${command}`]).status === 0;

/** Whoever else could look for the same patterns in the same lines; each gives a program for `stdinRow`. */
const PEERS = [
  {
    name: 'ripgrep -c',
    command: 'rg',
    // 1 means that nothing matched, as in the empty input that the start is measured with.
    program: ({ patterns }) => ({ command: 'rg', args: ['-c', '-i', '-f', patterns], okCodes: [0, 1] }),
  },
  {
    name: 'grep -cE',
    command: 'grep',
    program: ({ patterns }) => ({ command: 'grep', args: ['-cEi', '-f', patterns], okCodes: [0, 1] }),
  },
  {
    name: 'Python loop',
    command: 'python3',
    program: ({ patterns, form, scratch }) => ({
      command: 'python3',
      args: [LOOP, patterns, form, join(scratch, 'loop.db')],
    }),
  },
  {
    name: 'SEC',
    command: 'sec',
    program: ({ signatures, scratch }) => {
      const rules = signatures.map(
        ({ id, pattern }) =>
          `type=SingleWithSuppress\nptype=RegExp\npattern=(?i)${pattern}\ndesc=${id}\naction=none\nwindow=60\n`,
      );
      const conf = fileIn(scratch, 'sec.conf', rules.join('\n'));
      return { command: 'sec', args: [`--conf=${conf}`, '--input=-', '--notail', '--quiet'] };
    },
  },
  {
    name: 'mtail',
    command: 'mtail',
    program: ({ signatures, scratch }) => {
      const rules = signatures.map(
        ({ id, pattern }) => `/(?i)${pattern.replaceAll('/', '\\/')}/ {\n  hits["${id}"]++\n  stop\n}`,
      );
      fileIn(scratch, 'bench.mtail', `counter hits by signature\n${rules.join('\n')}\n`);
      const args = ['--one_shot', '--progs', scratch, '--logs', '/dev/stdin', '--logtostderr=false'];
      return { command: 'mtail', args: [...args, '--one_shot_format=prometheus'] };
    },
  },
  { name: 'rsyslog', command: 'rsyslogd', daemon: 'rsyslog' },
  { name: 'syslog-ng', command: 'syslog-ng', daemon: 'syslog-ng' },
];

/** The installed ones, as programs for `stdinRow`; `missing` are the names of the others. */
export function installedPeers() {
  const isThere = PEERS.map((peer) => ({ peer, there: has(peer.command) }));
  return {
    missing: isThere.filter(({ there }) => !there).map(({ peer }) => peer.name),
    peers: isThere
      .filter(({ there }) => there)
      .map(({ peer }) => ({ name: peer.name, programOf: programOf(peer) })),
  };
}

function programOf(peer) {
  return (signatures, form) =>
    async ({ dir, rulesOf }, input) => {
      const scratch = mkdtempSync(join(dir, 'peer-'));
      const rules = rulesOf(signatures);
      try {
        if (peer.daemon)
          return await followingDaemon(peer.daemon, { scratch, signatures: rules.list, input });
        const program = peer.program({ patterns: rules.patterns, signatures: rules.list, form, scratch });
        return await runProgram({ ...program, input, dir, env: { LC_ALL: 'C.UTF-8' } });
      } finally {
        rmSync(scratch, { recursive: true });
      }
    };
}

function fileIn(dir, name, text) {
  const file = join(dir, name);
  writeFileSync(file, text);
  return file;
}

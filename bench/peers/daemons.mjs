import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync, copyFileSync, existsSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { usageOf } from '../process.mjs';

const SENTINEL = 'bench-sentinel-after-the-last-line';
const LOOK_EVERY_MS = 10;
const GIVE_UP_MS = 120_000;

/** A daemon reads a file and never ends: a last line with a rule of its own shows when it has read all. */
const DAEMONS = {
  rsyslog: {
    config: ({ scratch, log, hits, done, signatures }) => `
global(workDirectory="${scratch}" maxMessageSize="64k")
module(load="imfile" mode="inotify")
input(type="imfile" File="${log}" Tag="bench:" ruleset="bench" addMetadata="off")
ruleset(name="bench") {
  if $msg contains "${SENTINEL}" then { action(type="omfile" file="${done}") stop }
${signatures
  .map(
    ({ pattern }) => `  if re_match_i($msg, "${pattern}") then { action(type="omfile" file="${hits}") stop }`,
  )
  .join('\n')}
}
`,
    args: ({ conf, scratch }) => ['rsyslogd', ['-n', '-f', conf, '-i', join(scratch, 'pid')]],
  },
  'syslog-ng': {
    config: ({ log, hits, done, signatures }) => `@version: 3.35
options { stats-freq(0); };
source s { file("${log}" flags(no-parse) read-old-records(yes) follow-freq(0.1) log-fetch-limit(1000)); };
destination d { file("${hits}"); };
destination done { file("${done}"); };
filter sentinel { message("${SENTINEL}" type(string) flags(substring)); };
log { source(s); filter(sentinel); destination(done); flags(final); };
${signatures.map(({ pattern }, n) => `filter f${n} { message("${pattern}" type(pcre) flags(ignore-case)); };`).join('\n')}
${signatures.map((_, n) => `log { source(s); filter(f${n}); destination(d); flags(final); };`).join('\n')}
`,
    args: ({ conf, scratch }) => [
      'syslog-ng',
      [
        '-F',
        '--no-caps',
        '-f',
        conf,
        '-R',
        join(scratch, 'persist'),
        '-c',
        join(scratch, 'ctl'),
        '-p',
        join(scratch, 'pid'),
      ],
    ],
  },
};

/** Runs a syslog daemon over a copy of the input until it has passed the last line, and ends it by its pid. */
export async function followingDaemon(name, { scratch, signatures, input }) {
  const log = join(scratch, 'input.log');
  const hits = join(scratch, 'hits.log');
  const done = join(scratch, 'done.log');
  const conf = join(scratch, 'daemon.conf');
  copyFileSync(input, log);
  appendFileSync(log, `${SENTINEL}\n`);
  const { config, args } = DAEMONS[name];
  writeFileSync(conf, config({ scratch, log, hits, done, signatures }));
  const [command, list] = args({ conf, scratch });
  const startedAt = performance.now();
  const child = spawn(command, list, { stdio: ['ignore', 'ignore', 'pipe'] });
  let stderr = '';
  child.stderr.on('data', (chunk) => {
    stderr += chunk;
  });
  const exited = once(child, 'exit');
  while (!existsSync(done) || statSync(done).size === 0) {
    if (child.exitCode !== null)
      throw new Error(`${name} ended with ${child.exitCode}: ${stderr.slice(-2_000)}`);
    if (performance.now() - startedAt > GIVE_UP_MS) {
      child.kill('SIGKILL');
      throw new Error(`${name} did not come to the last line: ${stderr.slice(-2_000)}`);
    }
    await sleep(LOOK_EVERY_MS);
  }
  const ms = performance.now() - startedAt;
  const { cpuUs, rssKb } = usageOf(child.pid);
  child.kill('SIGTERM');
  await exited;
  return { ms, cpuUs, rssKb };
}

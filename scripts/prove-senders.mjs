import { spawn } from 'node:child_process';
import { build } from './build.mjs';
import { ROOT, runScript, setup } from './setup.mjs';

/** Sends errors to a real bot with every real client: those of npm, and those that are installed here; says which are missing. */
await runScript(import.meta.url, async () => {
  await setup();
  await build();
  const args = [
    'node_modules/vitest/vitest.mjs',
    'run',
    '--reporter=verbose',
    'test/e2e/syslog-clients.test.ts',
    'test/e2e/senders.test.ts',
    'test/e2e/http-senders.test.ts',
    'test/e2e/socket-senders.test.ts',
    'test/e2e/alertmanager.test.ts',
  ];
  const child = spawn(process.execPath, args, { cwd: ROOT, stdio: 'inherit' });
  process.exitCode = await new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => resolve(code ?? 1));
  });
});

import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from './build.mjs';
import { ROOT, runScript, setup } from './setup.mjs';

// The bot runs in this process, not in a child: `kill`, systemd and Docker then meet the bot itself.
await runScript(import.meta.url, async (args) => {
  await setup();
  await build();
  process.setSourceMapsEnabled(true);
  const cli = join(ROOT, 'dist/cli.js');
  process.argv = [process.execPath, cli, 'start', ...args];
  await import(pathToFileURL(cli).href);
});

import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';

const NEEDED = [
  { names: ['g++', 'c++', 'clang++'], called: 'a C++ compiler (g++)' },
  { names: ['make', 'gmake'], called: 'make' },
  { names: ['python3', 'python'], called: 'python3' },
];

/** What to do about a failed installation, in one plain sentence or two, from what npm printed. First match counts. */
const ADVICE = [
  {
    // Before the network: the compiler is only asked for after a ready-made binary could not be downloaded either.
    when: /not found: make|find Python|python3?: not found|(g\+\+|c\+\+|cc1plus|make): (command )?not found|make: (g\+\+|c\+\+|cc): No such file/i,
    say: () =>
      `Missing: ${missingTools().join(', ') || 'a C++ compiler, make and python3'}. Two packages (better-sqlite3, re2) are compiled here. ` +
      'Debian, Ubuntu: `sudo apt-get install -y build-essential python3`; Alpine: `apk add build-base python3`; ' +
      'macOS: `xcode-select --install`. Then run the same command again.',
  },
  {
    when: /Killed signal terminated|fatal error: Killed|ENOMEM|out of memory/i,
    say: () =>
      'The compiler ran out of memory. Compiling needs about 1 GB: add swap or memory, then run it again.',
  },
  {
    when: /ENOSPC|no space left/i,
    say: () =>
      'The disk is full. About 600 MB are needed here and in the npm cache; make room and run it again.',
  },
  {
    when: /EACCES|EPERM|EROFS/,
    say: () =>
      'This folder cannot be written. Run as the user who owns it (`ls -ld .`), or correct its owner.',
  },
  {
    when: /gyp ERR!.*(ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ETIMEDOUT|ECONNRESET|nodejs\.org)/is,
    say: () =>
      "Node's headers could not be downloaded from nodejs.org, and the compiler needs them. Check the network and proxy " +
      '(HTTPS_PROXY), or set `npm_config_nodedir` to a folder that has include/node, such as /usr. Then run it again.',
  },
  {
    when: /ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ETIMEDOUT|ECONNRESET|ENETUNREACH|network/i,
    say: () =>
      'The npm registry did not answer. Check the network, the proxy (HTTPS_PROXY) and `npm config get registry`, then run it again.',
  },
  {
    when: /EINTEGRITY/,
    say: () =>
      'A downloaded package does not have the checksum of package-lock.json. `npm cache clean --force`, then run it again; ' +
      'if it stays, the registry serves something else than the developers had.',
  },
];

/** One plain sentence for what npm (or the check of the two native packages) printed. */
export function adviceFor(output) {
  const advice = ADVICE.find(({ when }) => when.test(output));
  return (
    advice?.say() ??
    'npm could not install the packages; what it printed is above. `npm ci` repeats it by hand. ' +
      'Installation was tested with Node 20 to 24, a C++ compiler, make and Python 3.'
  );
}

function missingTools() {
  const folders = (process.env.PATH ?? '').split(delimiter);
  const isThere = (name) => folders.some((folder) => existsSync(join(folder, name)));
  return NEEDED.filter(({ names }) => !names.some(isThere)).map(({ called }) => called);
}

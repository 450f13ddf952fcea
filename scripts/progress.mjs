const EVERY_MS = 10_000;

/** `1:07` from milliseconds. */
export function minutes(ms) {
  const seconds = Math.round(ms / 1000);
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
}

/**
 * Says what is going on while something long runs: on a terminal one line that is rewritten, elsewhere a line every ten
 * seconds. Returns the function that ends it. Goes to stderr, because stdout is what the command is for.
 */
export function showProgress(describe) {
  const startedAt = Date.now();
  const out = process.stderr;
  const text = () => `${minutes(Date.now() - startedAt)}  ${describe()}`;
  const plain = () => out.write(`  ${text()}\n`);
  const rewrite = () => out.write(`\r\x1b[K  ${text()}`.slice(0, (out.columns || 80) + 3));
  const timer = out.isTTY ? setInterval(rewrite, 500) : setInterval(plain, EVERY_MS);
  if (out.isTTY) rewrite();
  return () => {
    clearInterval(timer);
    if (out.isTTY) out.write('\r\x1b[K');
  };
}

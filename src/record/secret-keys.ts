/** Words that make a key secret wherever they stand in it (product.md section 2), in lower case without separators. */
const SECRET = /token|passw(?:or)?d|passphrase|secret|cookie|authori[sz]ation|apikey|dsn|privatekey/;
const SHORT = /(?:^|[^A-Za-z])(?:pwd|pass|PWD|PASS|Pwd|Pass)$|[a-z](?:Pwd|Pass)$/;

/** What was found of keys: programs use the same few again and again. */
const KNOWN = new Map<string, boolean>();
const MAX_KNOWN = 5_000;
const LONGEST_KNOWN = 64;

/**
 * Whether values under a key are secret: `apiKey`, `X-Api-Key`, `DB_PASSWORD`, `Set-Cookie`; also `pwd` and `pass` as the
 * whole key or its last word.
 */
export function isSecretKey(key: string): boolean {
  if (key.length > LONGEST_KNOWN) return isSecret(key);
  let known = KNOWN.get(key);
  if (known === undefined) {
    known = isSecret(key);
    if (KNOWN.size >= MAX_KNOWN) KNOWN.clear();
    KNOWN.set(key, known);
  }
  return known;
}

function isSecret(key: string): boolean {
  if (key.length > 512) return SECRET.test(key.toLowerCase());
  return SECRET.test(key.toLowerCase().replace(/[-_. ]/g, '')) || SHORT.test(key);
}

/** Words that make a key secret wherever they stand in it (product.md section 2), in lower case without separators. */
const SECRET = /token|passw(?:or)?d|passphrase|secret|cookie|authori[sz]ation|apikey|dsn|privatekey/;
const SHORT = /(?:^|[^A-Za-z])(?:pwd|pass|PWD|PASS|Pwd|Pass)$|[a-z](?:Pwd|Pass)$/;

/**
 * Whether values under a key are secret: `apiKey`, `X-Api-Key`, `DB_PASSWORD`, `Set-Cookie`; also `pwd` and `pass` as the
 * whole key or its last word.
 */
export function isSecretKey(key: string): boolean {
  if (key.length > 512) return SECRET.test(key.toLowerCase());
  return SECRET.test(key.toLowerCase().replace(/[-_. ]/g, '')) || SHORT.test(key);
}

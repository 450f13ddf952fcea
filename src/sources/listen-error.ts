const MEND: Readonly<Record<string, string>> = {
  EADDRINUSE:
    'Something else listens there, perhaps another Tocsin: end it, or choose another port (0 picks a free one)',
  EACCES: 'This user may not listen there: choose a port above 1023',
  EADDRNOTAVAIL: 'This machine has no such address: use 127.0.0.1, or 0.0.0.0 with TOCSIN_INGEST_TOKEN',
  ENOTFOUND: 'This host name is not known here: use an address such as 127.0.0.1',
};

/** A listener that cannot listen; the message names the variable, the address and the way out. */
export class ListenError extends Error {
  override readonly name = 'ListenError';

  constructor(setting: string, address: string, cause: NodeJS.ErrnoException) {
    const mend = MEND[cause.code ?? ''] ?? cause.message;
    super(
      `${setting}: cannot listen on ${address} (${cause.code ?? 'error'}). ${mend}, or set it to "off".`,
      { cause },
    );
  }
}

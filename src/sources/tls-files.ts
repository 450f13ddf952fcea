import { readFileSync } from 'node:fs';
import { createSecureContext } from 'node:tls';

export interface TlsPaths {
  readonly cert: string;
  readonly key: string;
  /** Certificates must be signed by one of these: mutual TLS. */
  readonly clientCa?: string;
}

export interface TlsContents {
  readonly cert: string;
  readonly key: string;
  readonly ca?: string;
}

/** A certificate that cannot be used; the message names the file. */
export class TlsFilesError extends Error {
  override readonly name = 'TlsFilesError';
}

/** Reads certificate, key and the authority of the clients. Throws TlsFilesError when one is missing or they do not fit. */
export function readTlsFiles(paths: TlsPaths): TlsContents {
  const contents = {
    cert: read('cert', paths.cert),
    key: read('key', paths.key),
    ...(paths.clientCa === undefined ? {} : { ca: read('client_ca', paths.clientCa) }),
  };
  try {
    createSecureContext(contents);
  } catch (error) {
    const reason = (error as Error).message;
    throw new TlsFilesError(
      `syslog.tls: ${paths.cert} and ${paths.key} cannot be used (${reason}). Both must be PEM, and belong together.`,
    );
  }
  return contents;
}

function read(name: string, path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new TlsFilesError(
      `syslog.tls.${name}: ${path} cannot be read (${code}). Name a file that this user may read.`,
    );
  }
}

/** Whether two readings differ. (Kubernetes swaps symbolic links: only contents tell.) */
export function differ(a: TlsContents, b: TlsContents): boolean {
  return a.cert !== b.cert || a.key !== b.key || a.ca !== b.ca;
}

export type ParsedJson = { readonly ok: true; readonly value: unknown } | { readonly ok: false };

/** The value of JSON bytes or text; broken UTF-8 is replaced, a byte order mark is none. Never throws. */
export function parseJson(json: Uint8Array | string): ParsedJson {
  try {
    const text = typeof json === 'string' ? json : new TextDecoder().decode(json);
    return { ok: true, value: JSON.parse(text) as unknown };
  } catch {
    return { ok: false };
  }
}

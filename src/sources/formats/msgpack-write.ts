/** What the Forward protocol's answers are made of. */
export type Writable =
  | string
  | boolean
  | Uint8Array
  | readonly Writable[]
  | { readonly [key: string]: Writable };

/** MessagePack of an answer: texts and bytes of up to 64 kB, lists and maps of up to 15 members. */
export function encodeMsgpack(value: Writable): Buffer {
  if (typeof value === 'boolean') return Buffer.from([value ? 0xc3 : 0xc2]);
  if (typeof value === 'string') {
    const bytes = Buffer.from(value);
    return Buffer.concat([
      bytes.length < 32 ? Buffer.from([0xa0 | bytes.length]) : long(0xda, bytes.length),
      bytes,
    ]);
  }
  if (value instanceof Uint8Array) return Buffer.concat([long(0xc5, value.length), value]);
  if (Array.isArray(value)) {
    return Buffer.concat([
      Buffer.from([0x90 | value.length]),
      ...(value as readonly Writable[]).map(encodeMsgpack),
    ]);
  }
  const entries = Object.entries(value as { readonly [key: string]: Writable });
  return Buffer.concat([Buffer.from([0x80 | entries.length]), ...entries.flat().map(encodeMsgpack)]);
}

function long(type: number, length: number): Buffer {
  return Buffer.from([type, length >> 8, length & 255]);
}

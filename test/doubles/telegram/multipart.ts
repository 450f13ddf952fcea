import { badRequest } from './refusal.ts';
import type { SentFile } from './types.ts';

/** A field of a form: its name and a text or a file. */
export type FormField = readonly [name: string, value: string | SentFile];

/**
 * Reads multipart/form-data by hand: what grammY sends (a header without a space after its colon) is fine
 * with the real server, but too loose for the parser in Node.
 */
export function parseMultipart(body: Buffer, contentType: string): FormField[] {
  const boundary = /boundary="?([^";]+)"?/i.exec(contentType)?.[1];
  if (boundary === undefined) throw badRequest('boundary parameter not found in multipart content type');
  const parts: FormField[] = [];
  const delimiter = Buffer.from(`--${boundary}`);
  let begin = body.indexOf(delimiter);
  while (begin >= 0) {
    const end = body.indexOf(delimiter, begin + delimiter.length);
    if (end < 0) break;
    parts.push(parsePart(body.subarray(begin + delimiter.length + 2, end - 2)));
    begin = end;
  }
  return parts;
}

function parsePart(part: Buffer): FormField {
  const split = part.indexOf('\r\n\r\n');
  if (split < 0) throw badRequest('invalid multipart body');
  const disposition = /^content-disposition:(.*)$/im.exec(part.toString('utf8', 0, split))?.[1] ?? '';
  const content = part.subarray(split + 4);
  const name = /[;\s]name="?([^";]*)/i.exec(disposition)?.[1] ?? '';
  const fileName = /[;\s]filename="?([^";]*)/i.exec(disposition)?.[1];
  return [
    name,
    fileName === undefined ? content.toString('utf8') : { name: fileName, content: Buffer.from(content) },
  ];
}

/** What becomes of the value of a key. */
export const VALUE = 0;
/** The value is the error: its text goes through the scanner as any other. */
export const TEXT = 1;
/** The value is a code: it stays as it is. */
export const VERBATIM = 2;

const TEXT_KEYS =
  'msg message error err reason cause exception exc detail details description event type kind class action operation op state result outcome problem title method response';
const VERBATIM_KEYS =
  'code errno status status_code statuscode httpstatus http_status exit exitcode exit_code rc retcode sqlstate sqlcode hresult ntstatus level lvl severity errorcode error_code err_code errcode signal';

const KINDS = new Map<string, number>([
  ...TEXT_KEYS.split(' ').map((key): [string, number] => [key, TEXT]),
  ...VERBATIM_KEYS.split(' ').map((key): [string, number] => [key, VERBATIM]),
]);

const LONGEST = 24;
/** `dbErrorCode`, `socket_errno` */
const ERROR_CODE = /(?:error_?code|errno)$/;

/** What becomes of the value of the key from `start` to `end` (in any case, `ERROR_CODE` as `errorCode`). */
export function keyKind(text: string, start: number, end: number): number {
  if (end - start > LONGEST) return VALUE;
  const key = text.slice(start, end).toLowerCase();
  return KINDS.get(key) ?? (ERROR_CODE.test(key) ? VERBATIM : VALUE);
}

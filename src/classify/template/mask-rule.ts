/** The text that stands where something varies. One for all: a host is sometimes an address, a size sometimes `null`. */
export const MASK = '<*>';

/**
 * The rules of the scanner: why each masks, and an example (a test holds the code to it). Their names are shown by `/why group`.
 */
export const MASK_RULES = [
  {
    name: 'digits',
    reason:
      'a word that holds a digit is a number, an id or a numbered thing: the digits alone leave the rest of the id',
    example: ['took over task_12_m_3 from w7', 'took over <*> from <*>'],
  },
  {
    name: 'glued digits',
    reason: 'where a script puts no blanks between words, a word is a sentence: only its digits vary',
    example: ['订单10023支付失败', '订单<*>支付失败'],
  },
  {
    name: 'number with unit',
    reason: 'the unit of a number changes with its size',
    example: ['heap at 512 MB', 'heap at <*>'],
  },
  {
    name: 'time',
    reason: 'names of days, months and zones are part of a time',
    example: ['since Wed May 01 10:00:00 UTC 2024 no beat', 'since <*> no beat'],
  },
  {
    name: 'hex',
    reason: 'eight letters of a to f are more likely an id than a word',
    example: ['commit deadbeef lost', 'commit <*> lost'],
  },
  {
    name: 'path',
    reason: 'where a file lies differs from machine to machine and from upload to upload',
    example: ['cannot read /srv/data/a/b.txt', 'cannot read <*>'],
  },
  {
    name: 'url',
    reason: 'the id in a URL varies, its route does not; the query and the port are left out',
    example: [
      'GET https://api.example.com/v1/orders/8812/items?x=1 failed',
      'GET https://api.example.com/v1/orders/<*>/items failed',
    ],
  },
  {
    name: 'request',
    reason: 'an access log makes a line of each request: what tells its errors apart is method and status',
    example: ['"GET /users/42 HTTP/1.1" 404 15', '"GET <*>" 404 <*>'],
  },
  {
    name: 'address',
    reason: 'mail addresses, and whatever else is somebody at some place',
    example: ['no route to ann@example.com', 'no route to <*>'],
  },
  {
    name: 'host',
    reason: 'the same failure on another host, or of another dotted name, is the same error',
    example: ['lookup shop.example.internal: no such host', 'lookup <*>: no such host'],
  },
  {
    name: 'quoted',
    reason: 'what is quoted is a value, unless it is a bare identifier: that names the thing that is wrong',
    example: ['cannot parse "a b c" as "total"', 'cannot parse <*> as "total"'],
  },
  {
    name: 'value',
    reason:
      'the value of a key varies, unless the key says that it is the error (msg, error, code, status …)',
    example: ['refused user=ann reason=expired', 'refused user=<*> reason=expired'],
  },
  {
    name: 'constant',
    reason: 'true, false and null are values',
    example: ['isolated: false', 'isolated: <*>'],
  },
  {
    name: 'user',
    reason: 'the name of a person is no part of the error',
    example: ['session closed for user ann', 'session closed for user <*>'],
  },
  {
    name: 'pod suffix',
    reason: 'the name of the deployment says what broke, the suffix only which copy of it',
    example: ['pod api-7d4b9c6f5-x2lqp evicted', 'pod api-<*> evicted'],
  },
  {
    name: 'censored',
    reason: 'asterisks among masked values are a value that somebody has masked already',
    example: ['fans 3552 **** 3515', 'fans <*>'],
  },
] as const;

export type MaskRule = (typeof MASK_RULES)[number]['name'];

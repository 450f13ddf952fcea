import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { redactText } from '../../src/record/redact.ts';

const S = 'hunter2';
const R = '[REDACTED]';

describe('redactText blanks a value and keeps its key', () => {
  it.each([
    ['key=value', `password=${S}`, `password=${R}`],
    ['blanks around the separator', `password = ${S}`, `password = ${R}`],
    ['key: value', `PASSWORD: ${S}`, `PASSWORD: ${R}`],
    ['key:value', `password:${S} x`, `password:${R} x`],
    ['a word inside the key', `DB_PASSWORD_OLD=${S}`, `DB_PASSWORD_OLD=${R}`],
    ['camel case', `clientSecret=${S}`, `clientSecret=${R}`],
    ['pwd', `pwd=${S};Server=x`, `pwd=${R};Server=x`],
    ['double quotes with blanks', `password="hunter2 x" y`, `password="${R}" y`],
    ['single quotes with an escape', `password='hunter2 \\'x' y`, `password='${R}' y`],
    ['a quote that is never closed', `password: "hunter2 x\nnext`, `password: "${R}\nnext`],
    ['JSON inside text', `got {"password":"${S}","a":1} back`, `got {"password":"${R}","a":1} back`],
    ['escaped JSON', `\\"password\\":\\"${S}\\"`, `\\"password\\":\\"${R}\\"`],
    [
      'twice escaped JSON',
      `\\\\\\"token\\\\\\":\\\\\\"${S}\\\\\\"`,
      `\\\\\\"token\\\\\\":\\\\\\"${R}\\\\\\"`,
    ],
    ['JSON with an object below', `p {"secrets":{"a":["${S}"]},"b":1} q`, `p {"secrets":"${R}","b":1} q`],
    ['JSON with a number', '"password": 12345, "b":1', `"password": "${R}", "b":1`],
    ['JSON that was cut off', `{"password":"${S}","msg":"a`, `{"password":"${R}","msg":"a`],
    ['a Python dictionary', `{'password': '${S}', 'b': 'x'}`, `{'password': '${R}', 'b': 'x'}`],
    ['a Java object', `User{password=${S}, name=x}`, `User{password=${R}, name=x}`],
    ['a Ruby hash', `{:password=>"${S}", :a=>1}`, `{:password=>"${R}", :a=>1}`],
    ['a query string', `GET /x?token=${S}&a=1 HTTP/1.1`, `GET /x?token=${R}&a=1 HTTP/1.1`],
    ['an encoded query string', `x%3Fpassword%3D${S}`, `x%3Fpassword%3D${R}`],
    ['a form field', `user[password]=${S}`, `user[password]=${R}`],
    ['a flag with =', `--password=${S} run`, `--password=${R} run`],
    ['a flag with a blank', `--password ${S} run`, `--password ${R} run`],
    ['SQL', `ALTER USER x WITH PASSWORD '${S}'`, `ALTER USER x WITH PASSWORD '${R}'`],
    ['XML', `<password>${S}</password>`, `<password>${R}</password>`],
    ['a list of headers', `('Authorization', 'Basic ${S}')`, `('Authorization', '${R}')`],
    ['Basic', `Authorization: Basic ${S}== x=1`, `Authorization: ${R} x=1`],
    [
      'Digest, to the end of the line',
      `Authorization: Digest username="${S}", b="c"\nx`,
      `Authorization: ${R}\nx`,
    ],
    ['a cookie, to the end of the line', `Cookie: a=${S}; b=c\nHost: x`, `Cookie: ${R}\nHost: x`],
    [
      'a cookie in quotes, to their end',
      `curl -H "Cookie: a=${S}; b" https://x`,
      `curl -H "Cookie: ${R}" https://x`,
    ],
    ['Set-Cookie', `Set-Cookie: sid=${S}; Path=/; HttpOnly`, `Set-Cookie: ${R}`],
    ['a cookie pair in logfmt', `cookie=a=${S}; b=c status=5`, `cookie=${R} status=5`],
    ['Bearer', `sent Bearer ${S} to x`, `sent Bearer ${R} to x`],
    ['a key with a blank', `api key: ${S}`, `api key: ${R}`],
    ['an ampersand inside a password', 'SECRET_KEY=hun&ter2 x', `SECRET_KEY=${R} x`],
    ['what is behind an older blank', `password=${R}${S}`, `password=${R}`],
    ['a passphrase, to the end of the line', `password: correct horse battery`, `password: ${R}`],
    ['a passphrase, to the next pair', `Password: correct horse user=bob`, `Password: ${R} user=bob`],
    ['a passphrase, to the next header', `passphrase: correct horse Host: x`, `passphrase: ${R} Host: x`],
    ['a passphrase, to the comma', `password: correct horse, retry 3`, `password: ${R} retry 3`],
    [
      'a password, not the sentence behind it',
      `password: ${S} rejected by x`,
      `password: ${R} rejected by x`,
    ],
    ['a passphrase in quotes of its own', `m="password: correct horse" a=1`, `m="password: ${R}" a=1`],
    ['-p of mysql', `$ mysql -uroot -p${S} shop`, `$ mysql -uroot -p${R} shop`],
    [
      '-p of mysqldump, in quotes',
      `/usr/bin/mysqldump -h db -p'hun ter2' x`,
      `/usr/bin/mysqldump -h db -p${R} x`,
    ],
    ['-p of mysql, digits', `mysql -p1234 x`, `mysql -p${R} x`],
    ['-p behind -u', `exec -u root -p${S} x`, `exec -u root -p${R} x`],
    ['-p in a list of arguments', `run ["mysql","-u","root","-p${S}"]`, `run ["mysql","-u","root","-p${R}"]`],
    ['--password of mysql', `mysql -u root --password ${S}`, `mysql -u root --password ${R}`],
    ['sshpass', `sshpass -p${S} ssh -p22 h`, `sshpass -p${R} ssh -p22 h`],
    ['a DSN', `dsn=https://abc@o1.example/1 x`, `dsn=${R} x`],
  ])('%s', (_rule, text, expected) => {
    expect(redactText(text)).toBe(expected);
  });
});

describe('redactText blanks passwords in URLs', () => {
  it.each([
    ['user and password', 'postgres://u:hunter2@h:5432/db', `postgres://u:${R}@h:5432/db`],
    ['password only', 'redis://:hunter2@h:6379', `redis://:${R}@h:6379`],
    ['an @ in it', 'postgres://u:hunt@er2@h/db', `postgres://u:${R}@h/db`],
    ['a / in it', 'postgres://u:hun/ter2@h/db', `postgres://u:${R}@h/db`],
    ['both, on the web', 'https://u:p@ss/w@h/x', `https://u:${R}@h/x`],
    ['an encoded one', 'https://u:p%40ss@h/x', `https://u:${R}@h/x`],
    ['several hosts', 'mongodb://u:pw@h1:27017,h2:27017/db', `mongodb://u:${R}@h1:27017,h2:27017/db`],
    ['several URLs', 'amqp://u:pw@a,amqp://v:pw@b', `amqp://u:${R}@a,amqp://v:${R}@b`],
    ['a token as user', 'https://0123456789abcdef01234567@h/x', `https://${R}@h/x`],
    ["Go's MySQL driver", 'u:p@ss@tcp(h:3306)/db', `u:${R}@tcp(h:3306)/db`],
    ['Oracle', 'jdbc:oracle:thin:scott/tiger@//h:1521/x', `jdbc:oracle:thin:scott/${R}@//h:1521/x`],
  ])('%s', (_rule, text, expected) => {
    expect(redactText(text)).toBe(expected);
  });
});

/** Built in pieces, so that no scanner takes them for real ones. */
const TOKENS = [
  ['Telegram', `123456789:${'AAHabcdefghij_klmno-pqrstuvwxyz123456'}`],
  ['Telegram with a digit first', `123456:${'0'.repeat(35)}`],
  ['Slack bot', `xoxb-${'123456789012-abcdefABCDEF'}`],
  ['Slack app', `xapp-${'1-A012-345-abcdef'}`],
  ['GitHub', `ghp_${'a1B2'.repeat(9)}`],
  ['GitHub fine-grained', `github_pat_${'11ABC_def'.repeat(5)}`],
  ['AWS', `AKIA${'IOSFODNN7EXAMPLE'}`],
  ['Stripe', `sk_live_${'abc123DEF456'}`],
  ['Stripe webhook', `whsec_${'abc123DEF456'}`],
  ['JWT', `eyJ${'hbGciOiJIUzI1NiJ9'}.eyJzdWIiOiIxMjM0In0.abc-DEF_123`],
  ['Google', `AIza${'SyA1234567890abcdefghijklmnopqrstuv'}`],
  ['npm', `npm_${'a1B2c3D4e5F6'.repeat(3)}`],
  ['OpenAI', `sk-${'proj-abcdef1234567890ABCDEF'}`],
  ['Anthropic', `sk-ant-${'api03-abcdef1234567890'}`],
] as const;

describe('redactText knows tokens by their shape', () => {
  it.each(TOKENS)('%s', (_name, token) => {
    for (const around of ['', ' ', '"', '/', '(', '=', ',']) {
      const clean = redactText(`got ${around}${token}${around} here`);
      expect(clean).not.toContain(token);
      expect(clean).toContain(R);
    }
    expect(redactText(`https://api.example/bot${token}/x`)).not.toContain(token);
  });

  it('a webhook keeps its host', () => {
    expect(redactText('to https://hooks.slack.com/services/T0/B0/abc failed')).toBe(
      `to https://hooks.slack.com/services/${R} failed`,
    );
  });

  const pem = (end: string) => `-----BEGIN RSA PRIVATE KEY-----\nMIIabc\nhunter2+/=\n${end}`;
  it.each([
    ['a PEM block', `x ${pem('-----END RSA PRIVATE KEY-----')} y`, `x ${R} y`],
    [
      'with escaped line ends',
      `x ${pem('-----END RSA PRIVATE KEY-----').replaceAll('\n', '\\n')} y`,
      `x ${R} y`,
    ],
    ['cut off', pem('hunt'), R],
  ])('%s', (_rule, text, expected) => {
    expect(redactText(text)).toBe(expected);
  });
});

describe('redactText leaves prose alone', () => {
  it.each([
    'token expired',
    'token: expired',
    'Error: invalid token: missing signature',
    'password authentication failed for user "app"',
    'password: must not be blank',
    'invalid cookie: missing',
    'password: must not be empty, user: bob',
    'mkdir -p/var/lib/mysql',
    'docker run -u root -p8080:80 nginx',
    'ssh -p2222 host; nc -p 80',
    'mysql -u root -p shop',
    'tokens used: 5',
    'Unexpected token: punc (()',
    `SyntaxError: Unexpected token '<', "<!DOCTYPE "... is not valid JSON`,
    'SyntaxError: Unexpected token } in JSON at position 4',
    'at verify (src/token.ts:12:5)',
    'TokenExpiredError: jwt expired',
    'TokenService: started',
    'bearer token missing',
    'WWW-Authenticate: Bearer realm="x"',
    'http://localhost:3000/@fs/x.js',
    'https://unpkg.com/react@18/index.js',
    'task-aaaaaaaaaaaaaaaaaaaaaaaa1',
    'mail to a@example.com: at 10:00:00',
    '2024-05-01T10:00:00Z INFO ready',
  ])('%s', (text) => {
    expect(redactText(text)).toBe(text);
  });
});

const HOSTILE = [
  'password=',
  'password="',
  "password='",
  'password: ',
  'password\\',
  'password=\\"',
  'password&',
  'password=&',
  'password={',
  'password[',
  '"',
  "'",
  'a:',
  '\\',
  '://',
  'a://b:',
  'u:p@',
  'x@tcp(',
  'jdbc:oracle:a:b/',
  'eyJ.',
  'eyJ',
  '-----BEGIN ',
  '-----BEGIN A-----',
  'token ',
  'Cookie: ',
  '"cookie: ',
  "'Authorization: Digest ",
  '--password ',
  '{"a":',
  '[',
  'sk-',
  'npm_',
  '123456:',
  'Bearer ',
  '<password>',
  '\\u00',
  'token\\\\\\"',
  'xoxb-',
  '{"password":"\\"',
  'password: correct ',
  'mysql -p',
  'mysql ',
  ' -pa',
  '-u a -pb ',
  'http://a:b@',
  'password="Cookie=',
  '\'password="password=@tcp(',
  'k token=":"x",',
  'token:\n',
]; // prettier-ignore

describe('redactText takes linear time', () => {
  it.each(HOSTILE)('100 KB of %j', (piece) => {
    const text = `${piece.repeat(Math.ceil(100_000 / piece.length))}password=x`;
    const start = performance.now();
    redactText(text);
    // Linear is some ms; quadratic would be seconds.
    expect(performance.now() - start).toBeLessThan(5_000);
  });

  it('takes the rest of a text with more than 1000 secret words for a secret', () => {
    const line = `password=${S} a `;
    const clean = redactText(line.repeat(2_000));
    expect(clean).toBe(`${`password=${R} a `.repeat(1_000)}${R}`);
    expect(redactText(clean)).toBe(clean);
    const json = redactText(JSON.stringify(Array(2_000).fill(`${line}`)));
    expect(json).not.toContain(S);
    expect(redactText(json)).toBe(json);
  });
});

describe('redactText, for any text', () => {
  const pieces = fc.constantFrom(
    ...HOSTILE,
    ...TOKENS.map(([, token]) => token),
    R,
    ' ',
    '\n',
    ',',
    ';',
    '=',
    ':',
    '}',
    ']',
    ')',
    '"',
    '@h',
    'x',
    'secret',
    'api_key',
  ); // prettier-ignore
  const hostile = fc.array(fc.oneof(pieces, fc.string({ unit: 'grapheme' })), { maxLength: 12 });

  it('is idempotent', () => {
    fc.assert(
      fc.property(hostile, (parts) => {
        const once = redactText(parts.join(''));
        expect(redactText(once)).toBe(once);
      }),
      { numRuns: 2000 },
    );
  });

  it('never lets a token through', () => {
    const token = fc.constantFrom(...TOKENS.map(([, text]) => text));
    const text = fc.string({ unit: 'grapheme' });
    fc.assert(
      fc.property(text, token, text, (before, secret, after) => {
        expect(redactText(`${before} ${secret} ${after}`)).not.toContain(secret);
      }),
    );
  });

  it('never lets a value behind a secret key through', () => {
    const key = fc.constantFrom(
      'password',
      'API_KEY',
      'x-auth-token',
      'client_secret',
      'cookie',
      'dsn',
      'privateKey',
    );
    const form = fc.constantFrom(
      (k: string, v: string) => `${k}=${v}`,
      (k: string, v: string) => `${k}="${v} ${v}"`,
      (k: string, v: string) => `${k}: ${v}`,
      (k: string, v: string) => JSON.stringify({ [k]: v }),
      (k: string, v: string) => JSON.stringify(JSON.stringify({ a: { [k]: [v] } })),
      (k: string, v: string) => `?${k}=${v}&x=1`,
    );
    const value = fc.stringMatching(/^[A-Za-z0-9!#$%*+/_-]{3,20}Zq9$/);
    const text = fc.string({ unit: 'grapheme' }).filter((t) => !/["'`\\\n[{]/.test(t));
    fc.assert(
      fc.property(text, key, form, value, (before, k, pair, v) => {
        expect(redactText(`${before} ${pair(k, v)}`)).not.toContain(v);
      }),
      { numRuns: 1000 },
    );
  });
});

import { once } from 'node:events';
import { copyFileSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import type { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TLSSocket } from 'node:tls';
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { TcpOptions, TcpSource } from '../../src/sources/tcp.ts';
import { certFile, listen as listenOn, open, openTls } from './listening.ts';

const sources: TcpSource[] = [];
afterEach(async () => {
  await Promise.all(sources.splice(0).map((source) => source.stop()));
});
async function listen(options: Partial<TcpOptions> = {}) {
  const listening = await listenOn(options);
  sources.push(listening.source);
  return listening;
}

const counted = (text: string) => `${Buffer.byteLength(text)} ${text}`;
const TLS = { cert: certFile('server.pem'), key: certFile('server.key') };

describe('a connection', () => {
  it.each([
    ['RFC 5424, counted', counted('<11>1 2024-05-01T10:00:00Z web1 shop 77 - - Out of memory')],
    ['RFC 5424, in lines', '<11>1 2024-05-01T10:00:00Z web1 shop 77 - - Out of memory\n'],
    ['RFC 3164, counted', counted('<11>May  1 10:00:00 web1 shop[77]: Out of memory')],
    ['RFC 3164, in lines', '<11>May  1 10:00:00 web1 shop[77]: Out of memory\n'],
    ['JSON lines', '{"level":"error","msg":"Out of memory","service":"shop","host":"web1","pid":77}\n'],
    ['Render', counted('<11>1 2024-05-01T10:00:00Z shop web1-77 77 web1-77 - Out of memory')],
  ])('takes %s', async (name, bytes) => {
    const { port, records } = await listen();
    (await open(port)).end(bytes);
    await vi.waitFor(() => expect(records).toHaveLength(1));
    expect(records[0]).toMatchObject({
      body: 'Out of memory',
      severityNumber: 17,
      resource: { service: 'shop' },
    });
    expect(records[0]?.resource.host).toBe(name === 'Render' ? 'web1-77' : 'web1');
    expect(records[0]?.attributes['pid']).toBe(77);
  });

  it("takes Heroku's messages, which have no structured data, and lets their words tell the level", async () => {
    const { port, records } = await listen();
    const head = '<190>1 2024-05-01T10:00:00+00:00 d.9173ea1f app web.1 -';
    (await open(port)).end(counted(`${head} ERROR boom`) + counted(`${head} State changed`));
    await vi.waitFor(() => expect(records).toHaveLength(2));
    expect(records[0]).toMatchObject({
      body: 'ERROR boom',
      severityNumber: 17,
      resource: { service: 'app' },
    });
    expect(records[1]).toMatchObject({
      body: 'State changed',
      severityNumber: 0,
      attributes: { pid: 'web.1' },
    });
  });

  it('joins a stack trace that comes line by line, and mixes it with no other connection', async () => {
    const { port, records, state } = await listen();
    const [a, b] = [await open(port), await open(port)];
    const trace = (n: number) => [
      'ERROR Unhandled exception',
      'Traceback (most recent call last):',
      `  File "/app/a.py", line ${n}, in f`,
      `ValueError: bad ${n}`,
    ];
    for (let index = 0; index < 4; index += 1) {
      a.write(`<30>May  1 10:00:00 h app[1]: ${trace(1)[index]}\n`);
      b.write(`<30>May  1 10:00:00 h app[1]: ${trace(2)[index]}\n`);
    }
    await vi.waitFor(() => expect(records).toHaveLength(2));
    expect(
      records
        .map(({ exception }) => exception)
        .sort((x, y) => (x?.message ?? '').localeCompare(y?.message ?? '')),
    ).toMatchObject([
      { type: 'ValueError', message: 'bad 1' },
      { type: 'ValueError', message: 'bad 2' },
    ]);
    expect(state.received).toBe(8);
    for (const socket of [a, b]) socket.destroy();
  });

  it('gives what it holds when it ends', async () => {
    const { port, records } = await listen();
    (await open(port)).end('Out of memory');
    await vi.waitFor(() => expect(records).toHaveLength(1));
  });

  it('redacts a message that is too long before it is cut, and says that it was cut', async () => {
    const { port, records } = await listen({ maxLineBytes: 1000 });
    (await open(port)).end(`${'x'.repeat(985)} password=hunter2hunter2 ${'y'.repeat(10_000)}\nshort\n`);
    await vi.waitFor(() => expect(records).toHaveLength(2));
    expect(records[0]?.attributes['tocsin.cut']).toMatch(/cut to 1000/);
    expect(records[0]?.raw).not.toContain('hunter');
    expect(records[1]?.body).toBe('short');
  });

  it('that speaks TLS to a plain port is told apart and ended', async () => {
    const { port, dropped } = await listen();
    const socket = await open(port);
    socket.write(Buffer.from([22, 3, 1, 2, 0, 1]));
    await once(socket, 'close');
    await vi.waitFor(() => expect(dropped.get('tls_on_plain_port')).toBe(1));
  });
});

describe('the token', () => {
  const token = 'd.9173ea1f-6f14-4976';
  it.each([
    ['as host', `<14>1 - ${token} app web.1 - - hello`],
    ['as id of the structured data', `<14>1 - h app - - [${token}@41058 tag="x"] hello`],
    ['as value of the structured data', `<14>1 - h app - - [x@1 token="${token}"] hello`],
    ['in front', `${token} <14>1 - h app - - - hello`],
    ['in JSON', `{"token":"${token}","msg":"hello"}`],
  ])('%s lets a connection in, and is in no record', async (_rule, line) => {
    const { port, records } = await listen({ token });
    (await open(port)).end(`${line}\n<14>app: second\n`);
    await vi.waitFor(() => expect(records).toHaveLength(2));
    expect(records[0]?.body).toBe('hello');
    expect(JSON.stringify(records)).not.toContain(token);
  });

  it('is asked for: without it nothing enters, and the connection is ended', async () => {
    const { port, records, dropped, told } = await listen({ token });
    const socket = await open(port);
    socket.write(`<14>app: x${token}\n`.repeat(10));
    await once(socket, 'close');
    await vi.waitFor(() => expect(dropped.get('unauthorized')).toBe(10));
    expect(records).toEqual([]);
    expect(told.filter((line) => line.includes('token'))).toHaveLength(1);
  });
});

describe('TLS', () => {
  it('takes messages, and counts a handshake that fails', async () => {
    const { port, records, dropped } = await listen({ tls: TLS });
    (await openTls(port, { ca: readFileSync(certFile('ca.pem')), rejectUnauthorized: true })).end(
      counted('<11>app: a'),
    );
    (await open(port)).end('no TLS at all\n');
    await vi.waitFor(() => expect(records).toHaveLength(1));
    await vi.waitFor(() => expect(dropped.get('tls_handshake')).toBe(1));
  });

  it('with client_ca lets in only who has a certificate of it', async () => {
    const { port, records, dropped } = await listen({ tls: { ...TLS, clientCa: certFile('ca.pem') } });
    const as = async (name: string | undefined) => {
      const own = name
        ? { cert: readFileSync(certFile(`${name}.pem`)), key: readFileSync(certFile(`${name}.key`)) }
        : {};
      const socket = await openTls(port, { ...own, maxVersion: 'TLSv1.3' });
      socket.end(`<11>app: of ${name}\n`);
    };
    await as('client');
    await as('stranger').catch(() => {});
    await as(undefined).catch(() => {});
    await vi.waitFor(() => expect(dropped.get('tls_handshake')).toBe(2));
    await vi.waitFor(() => expect(records.map(({ body }) => body)).toEqual(['of client']));
  });

  it('uses a certificate that changed, keeps a good one when the new one is broken', async () => {
    const dir = mkdtempSync(join(tmpdir(), 'tocsin-tls-'));
    const files = { cert: join(dir, 'cert.pem'), key: join(dir, 'key.pem') };
    const put = (name: string) => {
      copyFileSync(certFile(`${name}.pem`), files.cert);
      copyFileSync(certFile(`${name}.key`), files.key);
    };
    put('server');
    const { port, source, told } = await listen({ tls: files });
    const name = async () => {
      const socket = (await openTls(port)) as TLSSocket;
      const { subject } = socket.getPeerCertificate();
      socket.destroy();
      return subject.CN;
    };
    expect(await name()).toBe('server');
    put('server2');
    source.reload();
    expect(await name()).toBe('server2');
    copyFileSync(certFile('server.pem'), files.cert);
    source.reload();
    expect(await name()).toBe('server2');
    expect(told.at(-1)).toMatch(/last good one stays/);
    rmSync(dir, { recursive: true });
  });

  it('refuses to start without its files, and names them', async () => {
    await expect(listenOn({ tls: { ...TLS, cert: '/nowhere.pem' } })).rejects.toThrow(
      /syslog\.tls\.cert: \/nowhere\.pem/,
    );
    await expect(listenOn({ tls: { ...TLS, key: certFile('client.key') } })).rejects.toThrow(
      /belong together/,
    );
  });
});

describe('bounds', () => {
  it('a sender that trickles is ended, and what it sent is kept', async () => {
    const { port, records, dropped } = await listen({ messageMs: 200 });
    const socket = await open(port);
    const timer = setInterval(() => socket.write('x'), 20);
    await once(socket, 'close');
    clearInterval(timer);
    await vi.waitFor(() => expect(records).toHaveLength(1));
    expect(dropped.get('too_slow')).toBe(1);
  });

  it('an idle connection is ended', async () => {
    const { port } = await listen({ idleMs: 50 });
    await once(await open(port), 'close');
  });

  it('a full listener lets go of who said nothing, and refuses when all have', async () => {
    const { port, records, dropped } = await listen({ maxConnections: 3 });
    const silent = await open(port);
    const good: Socket[] = [];
    for (let n = 0; n < 3; n += 1) {
      const socket = await open(port);
      socket.write(`hello ${n}\n`);
      good.push(socket);
      await vi.waitFor(() => expect(records).toHaveLength(n + 1));
    }
    expect(silent.destroyed || (await once(silent, 'close'))).toBeTruthy();
    await once(await open(port), 'close');
    await vi.waitFor(() =>
      expect(Object.fromEntries(dropped)).toEqual({ gave_way: 1, too_many_connections: 1 }),
    );
    for (const socket of good) socket.destroy();
  });

  it('an overloaded pipeline makes the sender wait, and loses nothing', async () => {
    const { port, state } = await listen();
    let release = () => {};
    state.block = new Promise((resolve) => {
      release = resolve;
    });
    const socket = await open(port);
    const line = `<14>app: ${'x'.repeat(990)}\n`;
    const sent = 64 * 1024;
    let written = 0;
    const write = () => {
      while (written < sent && socket.write(line)) written += 1;
      if (written < sent) socket.once('drain', write);
      else socket.end();
    };
    write();
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(state.received).toBeLessThan(2_000);
    state.block = undefined;
    release();
    await vi.waitFor(() => expect(state.received).toBeGreaterThanOrEqual(sent), 20_000);
  });

  it('a thousand slow senders and half handshakes hold little memory, and a good one is served', async () => {
    const plain = await listen({ maxLineBytes: 256 * 1024 });
    const secure = await listen({ tls: TLS });
    const before = process.memoryUsage().rss;
    const slow = await Promise.all(Array.from({ length: 1_000 }, () => open(plain.port)));
    const half = await Promise.all(Array.from({ length: 100 }, () => open(secure.port)));
    for (const socket of slow) socket.write('x'.repeat(100 * 1024));
    for (const socket of half) socket.write(Buffer.from([22, 3, 1]));
    await new Promise((resolve) => setTimeout(resolve, 500));
    (await open(plain.port)).end('<11>app: good\n');
    (await openTls(secure.port)).end('<11>app: good\n');
    await vi.waitFor(() => expect(plain.records.map(({ body }) => body)).toEqual(['good']), 5_000);
    await vi.waitFor(() => expect(secure.records.map(({ body }) => body)).toEqual(['good']), 5_000);
    expect(process.memoryUsage().rss - before).toBeLessThan(200 * 1024 ** 2);
    for (const socket of [...slow, ...half]) socket.destroy();
  });
});

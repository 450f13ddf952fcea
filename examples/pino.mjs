// Sends a program's pino log to a running bot: npm start in one terminal, node examples/pino.mjs in another.
import pino from 'pino';

const url = process.env.TOCSIN_URL ?? 'http://127.0.0.1:8790/ingest';
const log = pino({ name: 'shop' }, pino.transport({ target: 'tocsin/pino', options: { url } }));

log.info('listening');
for (let n = 1; n <= 3; n += 1) log.error({ err: new Error('socket hang up'), order: n }, 'payment failed');

// Asks what an error is, within a program: node examples/classify-error.mjs (after npm run build)
import { classifyError } from 'tocsin';

const error = Object.assign(new Error('connect ECONNRESET 10.0.3.17:5432'), { code: 'ECONNRESET' });
const known = classifyError({ error, operation: 'load_orders' });

console.log(known ?? 'no signature knows this error');
if (known?.policy === 'retry') console.log('It is expected to heal by itself: try again.');

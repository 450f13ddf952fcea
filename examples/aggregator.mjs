// The aggregator within a program: the bot's rules, your own function instead of a chat.
// node examples/aggregator.mjs (after npm run build)
import { createAggregator } from 'tocsin';

const aggregator = createAggregator({
  enabled: true,
  onAlert: (alert) => {
    console.log(
      `${alert.severity} ${alert.signatureId}: ${alert.count} events, fingerprint ${alert.fingerprint}`,
    );
    for (const sample of alert.samples) console.log(`  ${sample.text}`);
  },
});

for (let n = 1; n <= 3; n += 1)
  aggregator.add({ level: 'error', msg: `socket hang up, attempt ${n}`, service: 'api' });
aggregator.add('kernel: Out of memory: Killed process 4990 (node)');
aggregator.close();

import { writeFileSync } from 'node:fs';

// Loaded into the measured process by NODE_OPTIONS: only the process itself knows its peak and its exact CPU time.
process.on('exit', () => {
  const file = process.env.TOCSIN_BENCH_USAGE;
  const { userCPUTime, systemCPUTime, maxRSS } = process.resourceUsage();
  if (file) writeFileSync(file, JSON.stringify({ cpuUs: userCPUTime + systemCPUTime, rssKb: maxRSS }));
});

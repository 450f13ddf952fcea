/** Resolves with the name of the first SIGTERM or SIGINT. A second one, of either, ends the process at once. */
export function untilSignal(): Promise<string> {
  return new Promise((resolve) => {
    let signals = 0;
    for (const name of ['SIGTERM', 'SIGINT'] as const) {
      process.on(name, () => {
        signals += 1;
        if (signals > 1) process.exit(1);
        resolve(name);
      });
    }
  });
}

/** What comes from a stream until a signal is aborted; then the end, as if the stream had ended there. */
export async function* untilAborted(
  input: AsyncIterable<unknown>,
  signal: AbortSignal,
): AsyncGenerator<unknown> {
  const pieces = input[Symbol.asyncIterator]();
  const aborted = new Promise<'aborted'>((resolve) => {
    signal.addEventListener('abort', () => resolve('aborted'), { once: true });
    if (signal.aborted) resolve('aborted');
  });
  for (;;) {
    const next = await Promise.race([pieces.next(), aborted]);
    if (next === 'aborted' || next.done) return;
    yield next.value;
  }
}

import type { Pipeline } from '../pipeline/pipeline.ts';

/** Counts one message that never became a record. A database that fails has told the operator already. */
export async function countDropped(
  pipeline: Pick<Pipeline, 'submit'>,
  source: string,
  reason: string,
): Promise<void> {
  await pipeline.submit({ source, records: [], dropped: new Map([[reason, 1]]) }).catch(() => undefined);
}

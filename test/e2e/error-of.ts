import { type BotProcess, cli, eventually } from './bot-process.ts';

export interface ErrorRow {
  readonly signature: string | null;
  readonly name: string;
  readonly key: string;
  readonly count: number;
  readonly services: readonly string[];
}

export interface SampleRow {
  readonly service: string;
  readonly traceId: string | null;
  readonly text: string;
}

/** What `tocsin errors --json` says of the only error of a service, and its newest sample. */
export async function errorOf(
  bot: BotProcess,
  service: string,
): Promise<{ readonly row: ErrorRow; readonly sample: SampleRow }> {
  const row = await eventually(async () => (await ask<ErrorRow>(bot, '--service', service))[0], 10_000);
  const [sample] = await ask<SampleRow>(bot, 'samples', row.key);
  if (!sample) throw new Error(`no sample of ${row.name}`);
  return { row, sample };
}

async function ask<T>(bot: BotProcess, ...words: string[]): Promise<T[]> {
  const { stdout } = await cli(['errors', ...words, '--json'], { env: { TOCSIN_DATA: bot.dataDir } });
  return stdout
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as T);
}

import type { ChatContext } from '../command.ts';
import { formatCount } from './format.ts';

/** Counted beside the lines that were received: these never arrived. */
const LOST: Readonly<Record<string, string>> = {
  kernel_buffer_full: 'lost in the kernel (its buffer was full)',
  sender_lost: 'lost by the sender',
};

/** What became of the lines of one source. */
export interface SourceAccount {
  readonly source: string;
  readonly received: number;
  /** Received lines that were not dropped; those that are part of another record among them. */
  readonly accepted: number;
  readonly matched: number;
  readonly generic: number;
  readonly noise: number;
  readonly joined: number;
  /** By reason; what never arrived is not among them. */
  readonly dropped: Readonly<Record<string, number>>;
  readonly kernelDrops: number;
  readonly senderLost: number;
}

/** The counters of every source since `from`. */
export function sourceAccounts({ store }: Pick<ChatContext, 'store'>, from: number): SourceAccount[] {
  const bySource = new Map<string, Map<string, number>>();
  for (const { source, what, n } of store.health.sources(from)) {
    const counts = bySource.get(source) ?? new Map<string, number>();
    bySource.set(source, counts.set(what, n));
  }
  return [...bySource].map(([source, counts]) => {
    const of = (what: string) => counts.get(what) ?? 0;
    const dropped = [...counts].flatMap(([what, n]): [string, number][] => {
      const reason = what.startsWith('dropped:') ? what.slice('dropped:'.length) : undefined;
      return reason === undefined || reason in LOST ? [] : [[reason, n]];
    });
    const received = of('received');
    return {
      source,
      received,
      accepted: received - dropped.reduce((sum, [, n]) => sum + n, 0),
      matched: of('matched'),
      generic: of('generic'),
      noise: of('noise'),
      joined: of('joined'),
      dropped: Object.fromEntries(dropped),
      kernelDrops: of('dropped:kernel_buffer_full'),
      senderLost: of('dropped:sender_lost'),
    };
  });
}

/** `3 too large, 1 malformed dropped · 12 joined · 5 lost by the sender`: what was not simply taken. */
export function lossWords(account: SourceAccount): string[] {
  const dropped = Object.entries(account.dropped).map(
    ([reason, n]) => `${formatCount(n)} ${reason.replaceAll('_', ' ')}`,
  );
  return [
    dropped.length === 0 ? '0 dropped' : `dropped: ${dropped.join(', ')}`,
    ...(account.joined > 0 ? [`${formatCount(account.joined)} joined to the line before`] : []),
    ...(account.kernelDrops > 0 ? [`${formatCount(account.kernelDrops)} ${LOST['kernel_buffer_full']}`] : []),
    ...(account.senderLost > 0 ? [`${formatCount(account.senderLost)} ${LOST['sender_lost']}`] : []),
  ];
}

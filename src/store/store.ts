import { createAlerts } from './alerts.ts';
import { createBatchWriter } from './batch.ts';
import { createBundles } from './bundles.ts';
import { createButtons } from './buttons.ts';
import { openDatabase } from './database.ts';
import { createErrorList } from './error-list.ts';
import { createGroupStates } from './group-state.ts';
import { createGrouping } from './grouping.ts';
import { createHealth } from './health.ts';
import { createLive } from './live.ts';
import { createMeta } from './meta.ts';
import { createMutes } from './mutes.ts';
import { createNames } from './names.ts';
import { createOutbox } from './outbox.ts';
import { createRetention, type RetentionLimits } from './retention.ts';
import { createSamples } from './samples.ts';
import { createStories } from './stories.ts';
import { createWatches } from './watches.ts';

export interface StoreOptions {
  /** A directory, or `:memory:`. */
  readonly dataDir: string;
  readonly samplesPerGroup: number;
  /** Rows of events, and samples, of one group, service and minute; further ones are counted. */
  readonly samplesPerMinute: number;
  readonly retention: RetentionLimits;
}

/** The database and all that is asked of it. Throws DatabaseError. */
export function openStore(options: StoreOptions) {
  const db = openDatabase(options.dataDir);
  const grouping = createGrouping(db);
  const batches = createBatchWriter(db, options, grouping);
  return {
    writeBatch: batches.write,
    isMinuteFull: batches.isFull,
    grouping,
    groupState: createGroupStates(db, grouping),
    alerts: createAlerts(db),
    outbox: createOutbox(db),
    live: createLive(db),
    bundles: createBundles(db),
    samples: createSamples(db),
    errors: createErrorList(db),
    health: createHealth(db),
    stories: createStories(db),
    mutes: createMutes(db),
    buttons: createButtons(db),
    meta: createMeta(db),
    names: createNames(db),
    watches: createWatches(db),
    retention: createRetention(db, options.retention, grouping.slots),
    /** All that `work` writes is committed together, or nothing of it. */
    atomically: (work: () => void): void => db.transaction(work).immediate(),
    close(): void {
      db.close();
    },
  };
}

export type Store = ReturnType<typeof openStore>;

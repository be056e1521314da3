import type { Batches } from '../../core/listing.ts';
import type { Recording } from '../../core/recording.ts';
import type { Recent } from '../../system/config/recent-ids.ts';
import type { Context } from './context.ts';
import { DEMO } from './select-profiles.ts';

/** Remembers the rows that people look at, so that the shell can complete their ids; elsewhere nothing. */
export interface Recents {
  /** Lets rows through and keeps the first of them. */
  noting(batches: Batches<Recording>): Batches<Recording>;
  /** To be called when the rows are out. Never fails: what cannot be remembered is no matter. */
  save(): Promise<void>;
}

export const openRecents = async ({ runtime, log }: Pick<Context, 'runtime' | 'log'>): Promise<Recents> => {
  if (!runtime.out.isTTY) return { noting: (batches) => batches, save: async () => {} };
  const { MAX_RECENT, saveRecent } = await import('../../system/config/recent-ids.ts');
  const kept: Recent[] = [];
  return {
    noting: async function* (batches) {
      for await (const batch of batches) {
        const room = Math.max(0, MAX_RECENT - kept.length);
        for (const { id, profile, kind, createdAt } of batch.slice(0, room))
          kept.push({ id, profile, kind, created_at: createdAt });
        yield batch;
      }
    },
    save: async () => {
      if (kept.length === 0) return;
      try {
        // Looking at the sample data leaves nothing behind on a machine without a configuration.
        const ownAccount = kept.some(({ profile }) => profile !== DEMO);
        await saveRecent(kept, ownAccount, runtime);
      } catch (error) {
        log.debug('completion.cache_failed', `the ids are not remembered for completion: ${reasonOf(error)}`);
      }
    },
  };
};

const reasonOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

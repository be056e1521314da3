import type { Batches } from '../../core/listing.ts';
import type { Recording } from '../../core/recording.ts';
import type { RecentRecording } from '../../system/config/recent-ids.ts';
import type { Context } from './context.ts';
import { DEMO_PROFILE } from './select-profiles.ts';

/** Records the ids printed on a terminal for shell completion; does nothing for other output. */
export interface RecentIds {
  /** Passes rows through and records the ids of the first ones. */
  observe(batches: Batches<Recording>): Batches<Recording>;
  /** Saves the ids; to be called after printing. Never throws: an error is only logged with `--verbose`. */
  save(): Promise<void>;
}

export const openRecentIds = async ({ runtime, log }: Pick<Context, 'runtime' | 'log'>): Promise<RecentIds> => {
  if (!runtime.out.isTTY) return { observe: (batches) => batches, save: async () => {} };
  const { MAX_RECENT, saveRecent } = await import('../../system/config/recent-ids.ts');
  const recent: RecentRecording[] = [];
  return {
    observe: async function* (batches) {
      for await (const batch of batches) {
        const remaining = Math.max(0, MAX_RECENT - recent.length);
        for (const { id, profile, kind, createdAt } of batch.slice(0, remaining))
          recent.push({ id, profile, kind, created_at: createdAt });
        yield batch;
      }
    },
    save: async () => {
      if (recent.length === 0) return;
      try {
        // The sample data alone must not create a configuration folder.
        const hasOwnAccount = recent.some(({ profile }) => profile !== DEMO_PROFILE);
        await saveRecent(recent, hasOwnAccount, runtime);
      } catch (error) {
        log.debug('completion.cache_failed', `failed to save recent ids for completion: ${messageOf(error)}`);
      }
    },
  };
};

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

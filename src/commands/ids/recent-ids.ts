import { type Batches, observed } from '../../core/listing.ts';
import type { Recording } from '../../core/recording.ts';
import type { RecentRecording } from '../../system/config/recent-ids.ts';
import type { Context } from '../shared/context.ts';
import { DEMO_PROFILE } from '../shared/select-profiles.ts';

/** Records the ids printed on a terminal, so that their starts can be typed or completed; does nothing for other output. */
export interface RecentIds {
  /** Passes rows through and records the ids of the first ones. */
  observe(batches: Batches<Recording>): Batches<Recording>;
  /** Records the id of a row that is not a recording. */
  add(row: RecentRecording): void;
  /** Saves the ids; to be called after printing. Never throws: an error is only logged with `--verbose`. */
  save(): Promise<void>;
}

export const openRecentIds = async ({ runtime, log }: Pick<Context, 'runtime' | 'log'>): Promise<RecentIds> => {
  if (!runtime.out.isTTY) return { observe: (batches) => batches, add: () => {}, save: async () => {} };
  const { MAX_RECENT, saveRecent } = await import('../../system/config/recent-ids.ts');
  const recent: RecentRecording[] = [];
  const add = (row: RecentRecording): void => {
    if (recent.length < MAX_RECENT) recent.push(row);
  };
  return {
    add,
    observe: (batches) =>
      observed(batches, (rows) => {
        for (const { id, profile, kind, createdAt } of rows) add({ id, profile, kind, created_at: createdAt });
      }),
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

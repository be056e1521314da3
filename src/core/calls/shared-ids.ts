import type { CallList } from '../provider.ts';
import type { Call, Recording } from '../recording.ts';
import { fits } from './event-match.ts';

/** The most calls that are asked for, by their ids and for their events. */
const MAX_ASKED = { ids: 3, events: 10 };

/**
 * Whether recordings name their calls by the ids of a list, as some recordings and some entries of it show; undefined if they do not.
 * Throws failures.
 */
export const findSharedIds = async (
  { key, find, recordingsOf }: Pick<CallList, 'key' | 'find' | 'recordingsOf'>,
  recordings: readonly Recording[],
  entries: readonly Call[],
): Promise<boolean | undefined> => {
  const ids = new Set(entries.map(({ id }) => id));
  const named = recordings.filter((row) => row[key] !== null);
  if (named.some((row) => ids.has(row[key] ?? ''))) return true;
  const asked = named.slice(0, MAX_ASKED.ids);
  for (const row of asked) if ((await find?.(row[key] ?? '')) !== undefined) return true;
  // A call can be gone: only one that names the recording, and has another id, shows a difference.
  const candidates = new Map<Call, Recording[]>();
  for (const row of named)
    for (const entry of entries) if (fits(entry, row)) candidates.set(entry, [...(candidates.get(entry) ?? []), row]);
  for (const [entry, rows] of [...candidates].slice(0, MAX_ASKED.events)) {
    const made = (await recordingsOf?.(entry)) ?? [];
    if (rows.some(({ id }) => made.includes(id))) return false;
  }
  return undefined;
};

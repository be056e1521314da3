import { forEachListing } from '../listing.ts';
import type { CallList } from '../provider.ts';
import type { Call, Recording } from '../recording.ts';
import { type HeldCalls, LONGEST_CALL } from './held-calls.ts';

/** Finds the calls of recordings that do not name them by the ids of the list: by the recordings that a call's events name. */
export interface EventMatch {
  callOf(row: Recording): Call | undefined;
  /** There are calls in whose time the recording was made, of which some are not wanted: it may be one of those. */
  mayBeUnwanted(row: Recording): boolean;
  /** Asks the calls in whose time recordings were made, until each of these is named. Throws failures. */
  match(rows: readonly Recording[], held: HeldCalls): Promise<void>;
}

/** A recording is stored some time after the end of its call. */
const STORED_AFTER = 10 * 60_000;
/** Calls whose events are asked to find out whether they name recordings. */
const MAX_TRIED = 5;
/** Durations differ by a part of a second. */
const DURATION_SLACK = 2;

export const openEventMatch = (
  recordingsOf: NonNullable<CallList['recordingsOf']>,
  mayMatch: (entry: Call, legs: readonly Call[]) => boolean,
): EventMatch => {
  const calls = new Map<string, Call>();
  const asked = new Set<string>();
  const unwanted = new Set<string>();
  let hasTried = false;
  const ask = async (entry: Call): Promise<void> => {
    asked.add(entry.id);
    for (const id of await recordingsOf(entry)) calls.set(id, entry);
  };
  /** Finds out whether events name recordings, also if no call that is wanted does. */
  const tryEvents = async (rows: readonly Recording[], all: readonly Call[]): Promise<void> => {
    hasTried = true;
    const likely = rows.flatMap((row) => all.find((each) => fits(each, row)) ?? []);
    for (const entry of [...new Set(likely)].slice(0, MAX_TRIED)) {
      if (calls.size > 0) return;
      await ask(entry);
    }
  };

  return {
    callOf: ({ id }) => calls.get(id),
    // Nothing is known of a recording if events name none.
    mayBeUnwanted: ({ id }) => calls.size > 0 && unwanted.has(id),
    match: async (rows, held) => {
      const all = [...held.values()];
      if (!hasTried) await tryEvents(rows, all);
      await forEachListing(rows, async (row) => {
        for (const entry of all) {
          if (calls.has(row.id)) return;
          if (!fits(entry, row)) continue;
          if (!mayMatch(entry, held.legsOf(entry.id))) unwanted.add(row.id);
          else if (!asked.has(entry.id)) await ask(entry);
        }
      });
    },
  };
};

/** Whether a recording can be one of a call, by time and duration. */
export const fits = ({ startedAt, createdAt, endedAt, durationSeconds }: Call, row: Recording): boolean => {
  const start = startedAt ?? createdAt;
  if (start === null || row.createdAt === null) return true;
  const made = Date.parse(row.createdAt);
  const end = endedAt === null ? Date.parse(start) + LONGEST_CALL : Date.parse(endedAt);
  const isInTime = made >= Date.parse(start) - STORED_AFTER && made <= end + STORED_AFTER;
  const isLongEnough = (row.durationSeconds ?? 0) <= (durationSeconds ?? Number.POSITIVE_INFINITY) + DURATION_SLACK;
  return isInTime && isLongEnough;
};

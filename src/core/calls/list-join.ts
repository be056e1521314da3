import { Failure } from '../failure.ts';
import type { CallList, CallRequest } from '../provider.ts';
import type { Call, Instant, Recording } from '../recording.ts';
import { isTolerable, openAskedCalls } from './asked-calls.ts';
import { type CallWindow, openCallWindow } from './call-window.ts';
import { complete, withoutEntry } from './complete.ts';
import { openEventMatch } from './event-match.ts';
import { type HeldCalls, LONGEST_CALL, shifted } from './held-calls.ts';

/** What is told while recordings are completed. */
export interface JoinListener {
  /** The function to call with the number of new entries of each page of a list; it may throw. */
  countPages(): (entries: number) => void;
  onIncomplete(list: CallList, message: string): void;
  /** The credentials may not read the list. */
  onRefused(list: CallList, failure: Failure): void;
  /** A request failed for good: what needs it stays empty. */
  onFailure(list: CallList, failure: Failure): void;
  debug(text: string): void;
}

export interface JoinRequest {
  /** The span of calls that recordings of the query can have; undefined if each call is requested by itself. */
  readonly span: CallRequest | undefined;
  /** Milliseconds since 1970. */
  readonly now: number;
  /** The legs of calls that are needed: those that are known before suffice for a filter. */
  readonly legs: 'none' | 'known' | 'all';
  /** Calls, and legs, that are known before. */
  readonly known: HeldCalls;
  /** Whether a recording needs its entry. */
  needs(row: Recording): boolean;
  /** The list has fields that recordings of the API never have; else it is asked only for what single ones lack, and may say nothing. */
  readonly isEssential: boolean;
  /** Only recordings of such calls are needed. */
  mayMatch(entry: Call, legs: readonly Call[]): boolean;
}

/** Completes recordings from one list. */
export interface ListJoin {
  /** The same recordings, in the same order, with what the list says of them. */
  fill(rows: readonly Recording[]): Promise<readonly Recording[]>;
  /** Recordings whose entry the provider does not have. */
  readonly missing: number;
  close(): Promise<void>;
}

/**
 * Completes recordings from a list, in the order in which they come. The list is read as far as they need, as long as that takes
 * fewer requests than to ask for what it has not had yet, one by one.
 */
export const openListJoin = (list: CallList, request: JoinRequest, listener: JoinListener): ListJoin => {
  const { span, now, legs, known } = request;
  const { key, keptFor, recordingsOf } = list;
  const oldestKept = keptFor === undefined ? '' : (shifted(new Date(now).toISOString(), -keptFor) ?? '');
  /** The legs that are known before are all that is needed of a call. */
  const hasKnownLegs = (id: string): boolean =>
    legs === 'known' && (known.get(id) ?? known.legsOf(id)[0]) !== undefined;
  const asked = openAskedCalls(
    list,
    (id) => legs !== 'none' && !hasKnownLegs(id),
    (failure) => {
      if (request.isEssential) listener.onFailure(list, failure);
    },
  );
  const events = recordingsOf && openEventMatch(recordingsOf, request.mayMatch);
  let window: CallWindow | undefined;
  /** The window has only what starts before this time, since no recording seen by then was newer. */
  let windowEnd: Instant | undefined;
  /** No recording was newer than one before it. */
  let isNewestFirst = true;
  let oldestSeen: Instant | null = null;
  let missing = 0;
  /** The list cannot be read any more: the credentials may not, or a request has failed. */
  let end: 'refused' | 'failed' | undefined;
  /** Whether the ids of recordings are those of the list; undefined as long as nothing has shown it. */
  let sharesIds = recordingsOf === undefined ? true : list.sharesIds;

  const entryOf = (row: Recording): Call | undefined => {
    const id = row[key] ?? '';
    return known.get(id) ?? window?.held.get(id) ?? asked.get(id) ?? events?.callOf(row);
  };

  /** The legs of a call; undefined if some may be unknown. */
  const legsOf = (entry: Call): readonly Call[] | undefined => {
    const { id } = entry;
    if (hasKnownLegs(id)) return known.legsOf(id);
    const own = asked.legsOf(id);
    const start = startOf(entry);
    if (own !== undefined || window === undefined || start === null) return own;
    return window.hasReached(start) && window.held.hasAllOf(start) ? window.held.legsOf(id) : undefined;
  };

  /** Whether a request may tell more of a recording than is known. */
  const isOpen = (row: Recording): boolean => {
    const entry = entryOf(row);
    if (entry !== undefined) return legs !== 'none' && legsOf(entry) === undefined;
    return row.createdAt === null || row.createdAt >= oldestKept;
  };

  /** Whether the list may still have what is open. */
  const mayFollow = (row: Recording): boolean => {
    if (!isOpen(row) || asked.isAbsent(row[key] ?? '')) return false;
    const entry = entryOf(row);
    const first = entry === undefined ? row.createdAt && shifted(row.createdAt, -LONGEST_CALL) : startOf(entry);
    return first == null || window?.hasReached(first) !== true;
  };

  const openWindow = (request: CallRequest): CallWindow => {
    windowEnd = request.until;
    return openCallWindow(list, request, {
      onPage: listener.countPages(),
      onIncomplete: (message) => listener.onIncomplete(list, message),
    });
  };

  /** Notes the order of recordings. If one can have a call after the window, the list is read from its beginning, and kept. */
  const follow = async (rows: readonly Recording[], from: CallRequest): Promise<void> => {
    for (const { createdAt } of rows) {
      if (createdAt === null) continue;
      isNewestFirst &&= oldestSeen === null || createdAt <= oldestSeen;
      oldestSeen = earlier(oldestSeen, createdAt);
    }
    const { until } = narrowed(from, rows);
    if (window === undefined || windowEnd === undefined || until === undefined || until <= windowEnd) return;
    await window.close();
    window = openWindow(from);
  };

  const readList = async (rows: readonly Recording[], from: CallRequest): Promise<void> => {
    await follow(rows, from);
    for (let pages = 0; window?.isRead !== true; pages++) {
      const open = callsOf(rows.filter(mayFollow));
      if (open.size === 0) return;
      const cost = [...open].reduce((sum, [id, entry]) => sum + asked.costOf(id, entry), 0);
      if (pages >= cost) {
        listener.debug(
          `${list.title}: ${open.size} are requested one by one, since ${pages} pages of the list had none`,
        );
        return;
      }
      window ??= openWindow(narrowed(from, rows));
      await window.readPage();
    }
  };

  const askForRest = async (rows: readonly Recording[]): Promise<void> => {
    const open = callsOf(rows.filter(isOpen));
    const askable = new Map([...open].filter(([id, entry]) => asked.canAsk(id, entry)));
    const [first] = askable;
    if (sharesIds === undefined && first !== undefined) {
      await asked.ask(new Map([first]));
      sharesIds = asked.get(first[0]) !== undefined;
      if (!sharesIds)
        listener.debug(`${list.title}: recordings do not have the ids of the list; asking for their events`);
    }
    if (sharesIds !== false) await asked.ask(askable);
    else if (window !== undefined) await events?.match(rows.filter(isOpen), window.held);
  };

  /** The calls of recordings, with their entries if these are known. */
  const callsOf = (rows: readonly Recording[]): ReadonlyMap<string, Call | undefined> =>
    new Map(rows.map((row) => [row[key] ?? '', entryOf(row)]));

  const read = async (rows: readonly Recording[]): Promise<void> => {
    try {
      if (span !== undefined) await readList(rows, span);
      if (rows.some((row) => entryOf(row) !== undefined)) sharesIds ??= true;
      await askForRest(rows);
    } catch (error) {
      const isRefused = error instanceof Failure && error.kind === 'credentials';
      if (!isRefused && !isTolerable(error)) throw error;
      end = isRefused ? 'refused' : 'failed';
      if (!request.isEssential) listener.debug(`${list.title}: ${error.message}`);
      else if (isRefused) listener.onRefused(list, error);
      else listener.onFailure(list, error);
    }
  };

  /** The recording without what its entry would say. */
  const unfilled = (row: Recording): Recording => {
    if (!request.isEssential || end === 'refused' || events?.mayBeUnwanted(row) === true) return row;
    if (end === 'failed' || asked.hasFailed(row[key] ?? ''))
      return withoutEntry(row, { answer: 'failed', isFinal: false });
    missing++;
    return withoutEntry(row, { answer: 'absent', isFinal: row.createdAt !== null && row.createdAt < oldestKept });
  };

  return {
    fill: async (rows) => {
      const own = new Set(rows.filter((row) => row[key] !== null && request.needs(row)));
      if (own.size === 0) return rows;
      if (end === undefined) await read([...own]);
      const filled = rows.map((row) => {
        if (!own.has(row)) return row;
        const entry = entryOf(row);
        return entry === undefined
          ? unfilled(row)
          : complete(row, key, entry, legs === 'none' ? undefined : legsOf(entry));
      });
      if (oldestSeen !== null && isNewestFirst) window?.forgetAfter(oldestSeen);
      return filled;
    },
    get missing() {
      return missing;
    },
    close: async () => {
      await window?.close();
    },
  };
};

/** A span that ends no later than the newest recording can need. */
const narrowed = (span: CallRequest, rows: readonly Recording[]): CallRequest => {
  const newest = rows.reduce<Instant | null>((latest, { createdAt }) => later(latest, createdAt), null);
  const end = newest === null ? undefined : shifted(newest, LONGEST_CALL);
  return end === undefined || (span.until !== undefined && span.until <= end) ? span : { ...span, until: end };
};

/** No leg of a call, and no entry of a list by another time than that of the start, is older. */
const startOf = ({ createdAt, startedAt }: Call): Instant | null => earlier(createdAt, startedAt);

const earlier = (one: Instant | null, other: Instant | null): Instant | null =>
  one === null || (other !== null && other < one) ? other : one;
const later = (one: Instant | null, other: Instant | null): Instant | null =>
  one === null || (other !== null && other > one) ? other : one;

import type { CallList, CallRequest, Page } from '../provider.ts';
import type { Call, Instant } from '../recording.ts';
import { HeldCalls, LONGEST_CALL, SLACK, shifted } from './held-calls.ts';

/** A list of calls, read from the newest on as far as it is needed. */
export interface CallWindow {
  readonly held: HeldCalls;
  /** The list was read to its end. */
  readonly isRead: boolean;
  /** Whether every call, and every leg, of this time or later has been read. */
  hasReached(time: Instant): boolean;
  /** Reads the next page, if any. Throws failures. */
  readPage(): Promise<void>;
  /** Forgets what no recording made before a time can need, unless the list has no order. */
  forgetAfter(time: Instant): void;
  close(): Promise<void>;
}

interface Span {
  readonly since?: Instant | undefined;
  readonly until?: Instant | undefined;
}

/** The span in which the calls, and the legs of these, of recordings made in `[since, until)` can have started. */
export const spanOfCalls = ({ since, until }: Span): Pick<CallRequest, 'since' | 'until'> => {
  const first = since && shifted(since, -LONGEST_CALL);
  const end = until && shifted(until, LONGEST_CALL);
  return { ...(first === undefined ? {} : { since: first }), ...(end === undefined ? {} : { until: end }) };
};

/** What is told while a list of calls is read. */
export interface CallListener {
  /** Called with the number of new entries of each page. May throw, to end a list that seems to be endless. */
  onPage(entries: number): void;
  /** The list says that entries may be missing. */
  onIncomplete(message: string): void;
}

/** Opens the list of calls of a span. */
export const openCallWindow = (
  list: CallList,
  request: CallRequest,
  { onPage, onIncomplete }: CallListener,
): CallWindow => {
  const held = new HeldCalls();
  let pages: AsyncIterator<Page<Call>> | undefined;
  let isRead = false;
  let reached: Instant | undefined;
  /** What is later has been read, whatever the order of entries that differ by less than the slack. */
  let passed: Instant | undefined;
  /** An entry was newer than one before it: then a time says nothing about what follows. */
  let isInverted = false;
  const see = (rows: readonly Call[]): void => {
    for (const { createdAt } of rows) {
      if (createdAt === null) continue;
      isInverted ||= reached !== undefined && createdAt > reached && (shifted(createdAt, -SLACK) ?? '') > reached;
      if (reached === undefined || createdAt < reached) reached = createdAt;
    }
  };
  return {
    held,
    get isRead() {
      return isRead;
    },
    hasReached: (time) => isRead || (!isInverted && passed !== undefined && passed < time),
    readPage: async () => {
      pages ??= list.pages(request)[Symbol.asyncIterator]();
      const { done, value } = await pages.next();
      if (done === true) {
        isRead = true;
        return;
      }
      if (value.incomplete !== undefined) onIncomplete(value.incomplete);
      const before = held.size;
      held.add(value.rows);
      see(value.rows);
      if (value.olderThan !== undefined) reached = value.olderThan;
      passed = reached && (shifted(reached, SLACK) ?? reached);
      if (value.olderThan === undefined) onPage(held.size - before);
    },
    forgetAfter: (time) => {
      if (!isInverted) held.forgetAfter(time);
    },
    close: async () => {
      await pages?.return?.();
    },
  };
};

import { Failure } from '../failure.ts';
import { forEachListing } from '../listing.ts';
import type { CallList, CallRequest } from '../provider.ts';
import type { Call } from '../recording.ts';
import { HeldCalls, LONGEST_CALL, SLACK, shifted } from './held-calls.ts';

/** Calls that are requested one by one. */
export interface AskedCalls {
  get(id: string): Call | undefined;
  /** The legs of a call; undefined if they were not requested. */
  legsOf(id: string): readonly Call[] | undefined;
  /** Whether a request would tell more of a call, of which the list has had an entry or not. */
  canAsk(id: string, entry: Call | undefined): boolean;
  /** The requests that this takes; infinite if the API has none. */
  costOf(id: string, entry: Call | undefined): number;
  /** Requests calls; those that the list has had only for their legs. Throws failures of the API as a whole. */
  ask(calls: ReadonlyMap<string, Call | undefined>): Promise<void>;
  /** The provider does not have the call. */
  isAbsent(id: string): boolean;
  /** The request has failed for good. */
  hasFailed(id: string): boolean;
}

/** Failed requests for single calls, after which the next failure is one of the API. */
const MAX_FAILURES = 3;
/** Calls that are kept for later recordings. */
const MAX_KEPT = 10_000;

/** Failures after which recordings are listed without what a request would have told. */
export const isTolerable = (error: unknown): error is Failure =>
  error instanceof Failure && ['unavailable', 'invalid', 'partial', 'missing', 'unsafe'].includes(error.kind);

export const openAskedCalls = (
  list: CallList,
  needsLegs: (id: string) => boolean,
  onFailure: (failure: Failure) => void,
): AskedCalls => {
  const canAskLegs = list.filters.includes('parent');
  const asksLegs = (id: string): boolean => canAskLegs && needsLegs(id);
  let kept = new HeldCalls();
  let legsAsked = new Set<string>();
  const absent = new Set<string>();
  const failed = new Set<string>();

  const askFor = async (id: string, known: Call | undefined): Promise<void> => {
    try {
      const entry = known ?? (await list.find?.(id));
      if (entry === undefined) {
        absent.add(id);
        return;
      }
      kept.add([entry]);
      if (!asksLegs(id)) return;
      for await (const { rows } of list.pages({ parent: id, ...spanOfLegs(entry) }))
        kept.add(rows.filter(({ parentId }) => parentId === id));
      legsAsked.add(id);
    } catch (error) {
      if (!isTolerable(error) || failed.size >= MAX_FAILURES) throw error;
      failed.add(id);
      onFailure(error);
    }
  };

  return {
    get: (id) => kept.get(id),
    legsOf: (id) => (legsAsked.has(id) ? kept.legsOf(id) : undefined),
    canAsk: (id, entry) =>
      !absent.has(id) &&
      !failed.has(id) &&
      (entry === undefined ? list.find !== undefined : asksLegs(id) && !legsAsked.has(id)),
    costOf: (id, entry) => {
      const isImpossible = (needsLegs(id) && !canAskLegs) || (entry === undefined && list.find === undefined);
      return isImpossible ? Number.POSITIVE_INFINITY : (entry === undefined ? 1 : 0) + (asksLegs(id) ? 1 : 0);
    },
    ask: async (calls) => {
      if (kept.size > MAX_KEPT) {
        kept = new HeldCalls();
        legsAsked = new Set();
      }
      await forEachListing([...calls], ([id, entry]) => askFor(id, entry));
    },
    isAbsent: (id) => absent.has(id),
    hasFailed: (id) => failed.has(id),
  };
};

/** The span in which the legs of a call can have started, as its list tells times. */
const spanOfLegs = ({ createdAt, startedAt }: Call): Pick<CallRequest, 'since' | 'until'> => {
  const start = startedAt ?? createdAt;
  const [since, until] = start === null ? [] : [shifted(start, -SLACK), shifted(start, LONGEST_CALL)];
  return since === undefined || until === undefined ? {} : { since, until };
};

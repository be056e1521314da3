import { Failure } from '../../core/failure.ts';
import { MIN_PREFIX_LENGTH, mayBeStart, startsId, withoutMark } from '../../core/text/same-id.ts';
import { sanitizeLine } from '../../core/text/sanitize.ts';
import { type RecentRecording, readRecentRecordings } from '../../system/config/recent-ids.ts';
import type { Context } from '../shared/context.ts';
import type { Source } from '../shared/source.ts';
import { findRecording, type SearchResult } from './find-recording.ts';
import type { NewestRecordings } from './newest-recordings.ts';

/** What a typed id names. */
export interface TypedId {
  /** The complete id; the word itself unless that is the start of one id only. */
  readonly id: string;
  /** The sources that may have it. */
  readonly sources: readonly Source[];
  /** Undefined if the id has not been requested. */
  readonly result: SearchResult | undefined;
}

/**
 * Resolves ids as typed: a complete id, or the first eight or more characters of one that recx has shown lately, else of one of
 * the newest recordings, which are listed once for all words. A complete id has priority. Each id once. Throws `usage`, before
 * anything is shown or downloaded, if a start fits several ids.
 */
export const resolveTypedIds = async (
  words: readonly string[],
  sources: readonly Source[],
  links: boolean,
  context: Context,
): Promise<readonly TypedId[]> => {
  const shown = await shownCandidates(sources, context);
  const listed = openListedCandidates(sources, context);
  const resolved = new Map<string, TypedId>();
  const ambiguous = new Map<string, readonly Candidate[]>();
  for (const word of new Set(words)) {
    const start = withoutMark(word);
    let typed: TypedId = { id: word, sources, result: undefined };
    let fitting: readonly Candidate[] =
      start.length < MIN_PREFIX_LENGTH ? [] : shown.filter(({ id }) => startsId(start, id));
    const isUnknown = fitting.length === 0;
    if (isUnknown ? mayBeStart(start) : fitting.some(({ id }) => id !== word)) {
      const isStart = start !== word || (onlyId(fitting) !== undefined && hasNoForm(word, sources));
      const exact = isStart ? undefined : await findExact(word, sources, links, context);
      if (exact === undefined && isUnknown) fitting = await listed.fitting(start);
      const id = onlyId(fitting);
      if (exact !== undefined) typed = { ...typed, ...exact };
      else if (fitting.length === 0) typed = { ...typed, result: await listed.missing() };
      else if (id === undefined) ambiguous.set(start, fitting);
      else {
        const own = sources.filter((source) => fitting.some((candidate) => candidate.sources.includes(source)));
        typed = { ...typed, id, sources: own };
        if (context.runtime.err.isTTY) context.log.info(`${start}… is ${id}`);
      }
    }
    if (!resolved.has(typed.id)) resolved.set(typed.id, typed);
  }
  if (ambiguous.size > 0) throw ambiguousFailure(ambiguous, context);
  return [...resolved.values()];
};

/** A recording whose id may be shortened, and the sources that may have it. */
interface Candidate extends RecentRecording {
  readonly sources: readonly Source[];
}

/** The id of all candidates; undefined for none, or several ids. */
const onlyId = ([first, ...others]: readonly Candidate[]): string | undefined =>
  others.every(({ id }) => id === first?.id) ? first?.id : undefined;

/** The ids of every source have another form. */
const hasNoForm = (word: string, sources: readonly Source[]): boolean =>
  sources.every(({ definition }) => definition.idForm?.test(word) === false);

/** The recording with exactly this id, or the failure of the search; undefined if no source has it. */
const findExact = async (
  word: string,
  sources: readonly Source[],
  links: boolean,
  { log }: Context,
): Promise<Pick<TypedId, 'id' | 'result'> | undefined> => {
  try {
    const found = await findRecording(word, { sources, all: sources, links, mayBePrefix: true, log });
    return found && { id: found.id, result: found };
  } catch (error) {
    if (!(error instanceof Failure) || error.kind === 'credentials') throw error;
    return { id: word, result: error };
  }
};

/** The recordings shown lately with the profiles of the sources. */
const shownCandidates = async (sources: readonly Source[], { runtime }: Context): Promise<readonly Candidate[]> =>
  (await readRecentRecordings(runtime)).flatMap((recent) => {
    const own = sources.filter(({ profile }) => profile === recent.profile);
    return own.length === 0 ? [] : [{ ...recent, sources: own }];
  });

/** The newest recordings of the sources, which are listed when they are needed first. */
const openListedCandidates = (sources: readonly Source[], context: Context) => {
  let listing: Promise<NewestRecordings> | undefined;
  const list = async (): Promise<NewestRecordings> => {
    const { listNewest } = await import('./newest-recordings.ts'); // rarely needed
    return listNewest(sources, context);
  };
  const newest = (): Promise<NewestRecordings> => (listing ??= list());
  return {
    fitting: async (start: string): Promise<readonly Candidate[]> =>
      (await newest()).rows
        .filter(({ recording }) => startsId(start, recording.id))
        .map(({ source, recording: { id, profile, kind, createdAt } }) => {
          const sources = [source];
          return { id, profile, kind, created_at: createdAt, sources };
        }),
    /** The result for a start that fits none of them. */
    missing: async (): Promise<SearchResult> => (await (await newest()).failure()) ?? 'missing',
  };
};

/** The length of a message is limited: all candidates are printed first. */
const ambiguousFailure = (ambiguous: ReadonlyMap<string, readonly RecentRecording[]>, { log }: Context): Failure => {
  for (const [start, candidates] of ambiguous) {
    // Two APIs can list the same recording.
    const described = candidates.map(
      ({ id, profile, kind, created_at: created }) => `${id} (${[profile, kind, created].filter(Boolean).join(', ')})`,
    );
    for (const text of new Set(described)) log.error(new Failure('usage', `${start} may be ${text}`));
  }
  const names = sanitizeLine([...ambiguous.keys()].join(', '), MAX_NAMES_LENGTH);
  return new Failure('usage', `several recordings have ids that start with ${names}`, { hint: 'Type more of the id' });
};

const MAX_NAMES_LENGTH = 200;

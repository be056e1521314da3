import { Failure } from '../../core/failure.ts';
import type { Recording } from '../../core/recording.ts';
import { MIN_PREFIX_LENGTH, startsId, withoutMark } from '../../core/text/same-id.ts';
import { sanitizeLine } from '../../core/text/sanitize.ts';
import { type RecentRecording, readRecentRecordings } from '../../system/config/recent-ids.ts';
import type { Context } from '../shared/context.ts';
import { DEMO_PROFILE } from '../shared/select-profiles.ts';
import type { Source } from '../shared/source-types.ts';
import { findRecording } from './find-recording.ts';

/** What a typed id names. */
export interface TypedId {
  /** The complete id; the word itself unless that is the start of one id only. */
  readonly id: string;
  /** The sources that may have it. */
  readonly sources: readonly Source[];
  /** The recording, if it had to be requested to know that the word is a complete id. */
  readonly found: Recording | undefined;
}

/**
 * Resolves ids as typed: a complete id, or the first eight or more characters of one that recx has shown lately. A complete
 * id has priority. Each id once. Throws `usage` before anything else is done if a start fits several ids.
 */
export const resolveTypedIds = async (
  words: readonly string[],
  sources: readonly Source[],
  links: boolean,
  context: Context,
): Promise<readonly TypedId[]> => {
  const shown = await shownRecordings(words, sources, context);
  const resolved = new Map<string, TypedId>();
  const ambiguous = new Map<string, readonly RecentRecording[]>();
  for (const word of new Set(words)) {
    const start = withoutMark(word);
    const fitting = start.length < MIN_PREFIX_LENGTH ? [] : shown.filter(({ id }) => startsId(start, id));
    const ids = new Set(fitting.map(({ id }) => id));
    const [first] = ids;
    let typed: TypedId = { id: word, sources, found: undefined };
    if (first !== undefined && (ids.size > 1 || first !== word)) {
      const isPrefix =
        start !== word ||
        (ids.size === 1 && sources.every(({ definition }) => definition.idForm?.test(word) === false));
      const exact = isPrefix ? undefined : await findExact(word, sources, links, context);
      if (exact !== undefined) typed = { ...typed, ...exact };
      else if (ids.size > 1) ambiguous.set(start, fitting);
      else {
        const profiles = fitting.map(({ profile }) => profile);
        typed = { ...typed, id: first, sources: sources.filter(({ profile }) => profiles.includes(profile)) };
        if (context.runtime.err.isTTY) context.log.info(`${start}… is ${first}`);
      }
    }
    if (!resolved.has(typed.id)) resolved.set(typed.id, typed);
  }
  if (ambiguous.size > 0) throw ambiguousFailure(ambiguous, context);
  return [...resolved.values()];
};

/** The recording with exactly this id; undefined if no source has it. After a failed request the id counts as complete. */
const findExact = async (
  word: string,
  sources: readonly Source[],
  links: boolean,
  { log }: Context,
): Promise<Pick<TypedId, 'id' | 'found'> | undefined> => {
  try {
    const found = await findRecording(word, { sources, all: sources, links, mayBePrefix: true, log });
    return found && { id: found.id, found };
  } catch (error) {
    // The caller requests it again, and reports the failure as that of any other id.
    if (!(error instanceof Failure) || error.kind === 'credentials') throw error;
    return { id: word, found: undefined };
  }
};

/** The recordings whose ids may be shortened: those shown lately with these profiles, and all of the demo. */
const shownRecordings = async (
  words: readonly string[],
  sources: readonly Source[],
  { runtime }: Context,
): Promise<readonly RecentRecording[]> => {
  const profiles = new Set(sources.map(({ profile }) => profile).filter((name) => name !== DEMO_PROFILE));
  const recent = profiles.size === 0 ? [] : await readRecentRecordings(runtime);
  const demo = sources.filter(({ profile }) => profile === DEMO_PROFILE);
  // The list of the demo is not stored. All of its ids have documented forms.
  const mayBePrefix = (word: string): boolean =>
    withoutMark(word).length >= MIN_PREFIX_LENGTH && !demo.some(({ definition }) => definition.idForm?.test(word));
  const listed = words.some(mayBePrefix) ? await Promise.all(demo.map(allRecordings)) : [];
  return [...recent.filter(({ profile }) => profiles.has(profile)), ...listed.flat()];
};

const allRecordings = async ({ provider }: Source): Promise<readonly RecentRecording[]> => {
  const recordings: Recording[] = [];
  for await (const page of provider.pages({})) recordings.push(...page.recordings);
  return recordings.map(({ id, profile, kind, createdAt }) => ({ id, profile, kind, created_at: createdAt }));
};

/** The length of a message is limited: all candidates are printed first. */
const ambiguousFailure = (ambiguous: ReadonlyMap<string, readonly RecentRecording[]>, { log }: Context): Failure => {
  for (const [start, candidates] of ambiguous) {
    for (const { id, profile, kind, created_at: created } of candidates)
      log.error(new Failure('usage', `${start} may be ${id} (${[profile, kind, created].filter(Boolean).join(', ')})`));
  }
  const names = sanitizeLine([...ambiguous.keys()].join(', '), MAX_NAMES_LENGTH);
  return new Failure('usage', `several recordings have ids that start with ${names}`, { hint: 'Type more of the id' });
};

const MAX_NAMES_LENGTH = 200;

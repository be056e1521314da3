import { Failure } from '../../core/failure.ts';
import { aloneHint, idWithin } from '../../core/text/id-within.ts';
import { MIN_COMPLETE_LENGTH, MIN_PREFIX_LENGTH, startsId, withoutMark } from '../../core/text/same-id.ts';
import { storedNames } from '../../system/config/profiles.ts';
import { readRecentRecordings } from '../../system/config/recent-ids.ts';
import type { Runtime } from '../../system/runtime.ts';
import { namesOf } from '../access/queried.ts';
import { DEMO_PROFILE } from '../shared/select-profiles.ts';
import type { Source } from '../shared/source.ts';

/** The command in which ids were typed. */
export type IdCommand = 'get' | 'download';

/** The hint for typed ids that were not found. */
export const missingHint = async (
  words: readonly string[],
  command: IdCommand,
  sources: readonly Pick<Source, 'profile'>[],
  runtime: Runtime,
): Promise<string> => {
  const inner = words.map(idWithin).find((id) => id !== undefined);
  if (inner !== undefined) return aloneHint(inner, command);
  const profiles = [...new Set(sources.map(({ profile }) => profile))];
  const stored = (await storedNames(runtime)).map(([name]) => name).filter((name) => !profiles.includes(name));
  const others = [...stored, ...(profiles.includes(DEMO_PROFILE) ? [] : [DEMO_PROFILE])];
  const shown = await shownHint(words, command, others, runtime);
  if (shown !== undefined) return shown;
  const starts = words.map(withoutMark);
  const long = starts.filter((start) => start.length >= MIN_PREFIX_LENGTH);
  if (long.length < starts.length)
    return `At least ${MIN_PREFIX_LENGTH} characters of an id are needed; the newest recording: recx list -n 1`;
  const what = long.some((start) => start.length < MIN_COMPLETE_LENGTH) ? 'the newest recordings of ' : '';
  const elsewhere = stored.length === 0 ? '' : '; other profiles: --all-profiles or -p <name>';
  return `Searched ${what}${namesOf(profiles)}${elsewhere}`;
};

/** The profiles for which ids were shown lately; undefined if none was. */
const shownHint = async (
  words: readonly string[],
  command: IdCommand,
  profiles: readonly string[],
  runtime: Runtime,
): Promise<string | undefined> => {
  const starts = words.map(withoutMark).filter((start) => start.length >= MIN_PREFIX_LENGTH);
  const recent = starts.length === 0 ? [] : await readRecentRecordings(runtime);
  const shown = starts.flatMap((start) => {
    const row = recent.find(({ id, profile }) => profiles.includes(profile) && startsId(start, id));
    return row === undefined ? [] : [{ start, profile: row.profile }];
  });
  const [first] = shown;
  const names = [...new Set(shown.map(({ profile }) => profile))].join(',');
  if (first === undefined) return undefined;
  if (words.length > 1) return `Shown lately with ${names}: add -p ${names}`;
  return `It was shown for profile "${first.profile}": recx ${command} ${first.start} -p ${names}`;
};

/** A failure to choose a profile, with those for which the typed ids were shown lately as its hint. */
export const withShownProfiles = async (
  failure: Failure,
  words: readonly string[],
  command: IdCommand,
  runtime: Runtime,
): Promise<Failure> => {
  const stored = (await storedNames(runtime)).map(([name]) => name);
  const hint = await shownHint(words, command, [...stored, DEMO_PROFILE], runtime);
  return hint === undefined ? failure : new Failure(failure.kind, failure.message, { hint });
};

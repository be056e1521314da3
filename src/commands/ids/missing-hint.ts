import { aloneHint, idWithin } from '../../core/text/id-within.ts';
import { MIN_COMPLETE_LENGTH, MIN_PREFIX_LENGTH, startsId, withoutMark } from '../../core/text/same-id.ts';
import { storedNames } from '../../system/config/profiles.ts';
import { readRecentRecordings } from '../../system/config/recent-ids.ts';
import type { Runtime } from '../../system/runtime.ts';
import { namesOf } from '../access/queried.ts';
import { DEMO_PROFILE } from '../shared/select-profiles.ts';
import type { Source } from '../shared/source-types.ts';

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
  const starts = words.map(withoutMark);
  const long = starts.filter((start) => start.length >= MIN_PREFIX_LENGTH);
  const recent = long.length === 0 ? [] : await readRecentRecordings(runtime);
  for (const start of long) {
    const shown = recent.find(({ id, profile }) => others.includes(profile) && startsId(start, id));
    if (shown !== undefined)
      return `It was shown for profile "${shown.profile}": recx ${command} ${start} -p ${shown.profile}`;
  }
  if (long.length < starts.length)
    return `At least ${MIN_PREFIX_LENGTH} characters of an id are needed; the newest recording: recx list -n 1`;
  const what = long.some((start) => start.length < MIN_COMPLETE_LENGTH) ? 'the newest recordings of ' : '';
  const elsewhere = stored.length === 0 ? '' : '; other profiles: --all-profiles or -p <name>';
  return `Searched ${what}${namesOf(profiles)}${elsewhere}`;
};

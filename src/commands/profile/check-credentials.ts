import { Failure } from '../../core/failure.ts';
import type { Vendor } from '../../core/provider.ts';
import type { StoredProfile } from '../../system/config/profiles.ts';
import type { Prompts } from '../../system/terminal/prompt.ts';
import type { Context } from '../shared/context.ts';
import { whileQuerying } from '../shared/progress.ts';
import { withProfiles } from '../shared/sources.ts';
import { checkSources, overallFailure } from './check.ts';
import { promptAgain } from './fields.ts';
import { memoryAfter, withMemory } from './remember.ts';
import { promptSecret } from './secret.ts';

/** A profile to save, and what is known of its credentials. */
export interface CheckedProfile {
  readonly stored: StoredProfile;
  readonly text: string;
  readonly works: boolean;
}

/**
 * Makes one request to each API of a profile before it is saved. If no API works, the user types again what is wrong, or decides
 * whether to save the profile; throws the failure if the answer is no, or without a terminal.
 */
export const checkCredentials = async (
  name: string,
  vendor: Vendor,
  given: StoredProfile,
  prompts: Prompts | undefined,
  context: Context,
): Promise<CheckedProfile> => {
  const { log } = context;
  let stored = given;
  for (;;) {
    const chosen = [{ name, vendors: [vendor], stored }];
    const results = await whileQuerying(vendor.title, context, () =>
      withProfiles(chosen, [], context, (sources) => checkSources(sources, context)),
    );
    const working = results.filter(({ failure }) => failure === undefined).map(({ api }) => api);
    const failure = overallFailure(results);
    if (failure === undefined || working.length > 0) {
      if (failure !== undefined) log.warn(failure.message, failure.hint);
      const text = `credentials checked: ${working.join(', ')}`;
      return { stored: withMemory(stored, memoryAfter(stored, results).apis), text, works: true };
    }
    if (prompts === undefined) throw new Failure(failure.kind, failure.message, { hint: 'Nothing was saved' });
    log.error(new Failure(failure.kind, failure.message));
    const answer = await askNext(vendor, stored, failure, prompts);
    if (answer === 'save') return { stored, text: 'not working yet', works: false };
    if (answer === 'leave') throw new Failure(failure.kind, 'nothing was saved');
    if (answer === 'all') stored = { ...stored, credentials: await promptAgain(vendor, stored, prompts) };
    stored = await withNewSecret(vendor, stored, prompts, context);
  }
};

/** Rejected credentials stay rejected until something is typed again, but a server that is down may be up tomorrow. */
const askNext = async (
  vendor: Vendor,
  { secret, credentials }: StoredProfile,
  failure: Failure,
  prompts: Prompts,
): Promise<'secret' | 'all' | 'save' | 'leave'> => {
  if (failure.kind !== 'credentials') return (await prompts.confirm('Save anyway?', true)) ? 'save' : 'leave';
  const labelOf = (key: string): string => vendor.fields.find((field) => field.key === key)?.label ?? key;
  // A secret that is stored elsewhere cannot be typed.
  const typed = secret !== undefined && 'value' in secret ? labelOf(secret.field) : undefined;
  const ids = Object.keys(credentials).map(labelOf).join(', ');
  const answer = await prompts.select('What was wrong?', [
    ...(typed === undefined ? [] : [{ value: 'secret', label: `the ${typed}: type it again` }]),
    { value: 'all', label: `the ${ids}${typed === undefined ? ': type it again' : ', too: type all again'}` },
    { value: 'save', label: 'nothing: save anyway' },
    { value: 'leave', label: 'stop, and save nothing' },
  ]);
  return answer === 'secret' || answer === 'all' || answer === 'save' ? answer : 'leave';
};

/** The profile with a secret from the prompt; a reference to a secret elsewhere stays. */
const withNewSecret = async (
  vendor: Vendor,
  stored: StoredProfile,
  prompts: Prompts,
  context: Context,
): Promise<StoredProfile> => {
  const { secret } = stored;
  if (secret === undefined || !('value' in secret)) return stored;
  return { ...stored, secret: await promptSecret(vendor, secret.field, prompts, context) };
};

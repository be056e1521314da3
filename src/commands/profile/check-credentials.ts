import { Failure } from '../../core/failure.ts';
import type { Vendor } from '../../core/provider.ts';
import type { StoredProfile } from '../../system/config/profiles.ts';
import type { Prompts } from '../../system/terminal/prompt.ts';
import type { Context } from '../shared/context.ts';
import { whileQuerying } from '../shared/progress.ts';
import { withProfiles } from '../shared/sources.ts';
import { checkSources, overallFailure } from './check.ts';
import { memoryAfter } from './remember.ts';

/** The result of a check before a profile is saved. */
export interface CheckedCredentials {
  readonly text: string;
  readonly works: boolean;
  /** The APIs to remember, if every API has answered. */
  readonly apis?: readonly string[];
}

/**
 * Makes one request to each API of a new profile and describes the result. If no API works, the user decides whether to save
 * the profile; throws the failure if the answer is no, or without a terminal.
 */
export const checkCredentials = async (
  name: string,
  vendor: Vendor,
  stored: StoredProfile,
  prompts: Prompts | undefined,
  context: Context,
): Promise<CheckedCredentials> => {
  const { log } = context;
  const results = await whileQuerying(vendor.title, context, () =>
    withProfiles([{ name, vendor, stored }], [], context, (sources) => checkSources(sources, context)),
  );
  const working = results.filter(({ failure }) => failure === undefined).map(({ api }) => api);
  const failure = overallFailure(results);
  if (failure === undefined || working.length > 0) {
    if (failure !== undefined) log.warn(failure.message, failure.hint);
    const { apis } = memoryAfter({ provider: vendor.name }, results);
    return { text: `credentials checked: ${working.join(', ')}`, works: true, ...(apis && { apis }) };
  }
  if (prompts === undefined) throw new Failure(failure.kind, failure.message, { hint: 'Nothing was saved' });
  log.error(new Failure(failure.kind, failure.message));
  // Rejected credentials stay rejected, but a server that is down may be up tomorrow.
  if (await prompts.confirm('Save anyway?', failure.kind !== 'credentials'))
    return { text: 'not working yet', works: false };
  throw new Failure(failure.kind, 'nothing was saved');
};

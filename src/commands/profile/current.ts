import { Failure } from '../../core/failure.ts';
import { streamSink } from '../../system/terminal/streams.ts';
import type { Context } from '../shared/context.ts';
import { chooseProfiles, DEMO_PROFILE, environmentProfiles, isNoneChosen } from '../shared/select-profiles.ts';
import type { ChosenProfile } from '../shared/source.ts';

/** Prints the profiles of a command without `--profile`, one a line. Throws `missing` if there is none. */
export const printCurrent = async ({ runtime, log }: Context): Promise<void> => {
  const chosen = await defaultProfiles(() => chooseProfiles({}, runtime));
  if (runtime.err.isTTY) log.info(originOf(chosen, environmentProfiles(runtime.env).length > 0));
  await streamSink(runtime.out).write(chosen.map(({ name }) => `${name}\n`).join(''));
};

const defaultProfiles = async (choose: () => Promise<readonly ChosenProfile[]>): Promise<readonly ChosenProfile[]> => {
  try {
    return await choose();
  } catch (error) {
    if (!(error instanceof Failure) || error.kind !== 'credentials') throw error;
    throw new Failure('missing', `no default profile${isNoneChosen(error) ? '' : `: ${error.message}`}`, {
      hint: error.hint,
    });
  }
};

const originOf = ([first]: readonly ChosenProfile[], isNamed: boolean): string => {
  if (isNamed) return 'From RECX_PROFILE:';
  const isStored = first?.stored !== undefined || first?.name === DEMO_PROFILE;
  return isStored ? 'Set by recx profile use:' : 'From the credentials in the environment:';
};

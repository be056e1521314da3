import { Failure } from '../../core/failure.ts';
import { DEMO_PROFILE } from '../shared/select-profiles.ts';

/** Throws a usage failure that does not repeat the name, which may be a secret typed in the wrong place. */
export const checkName = (name: string): void => {
  const problem = nameProblem(name);
  if (problem !== undefined)
    throw new Failure('usage', problem, { hint: name === DEMO_PROFILE ? 'Choose another name' : NAME_RULES });
};

export const NAME_RULES = 'Use up to 64 letters, digits, dots, dashes and underscores';

export const nameProblem = (name: string): string | undefined => {
  if (name === DEMO_PROFILE) return 'demo is the name of the built-in profile';
  return /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/.test(name) ? undefined : 'not a valid profile name';
};

export const alreadyExists = (name: string): Failure =>
  new Failure('usage', `profile "${name}" already exists`, {
    hint: `To change it: recx profile edit ${name}, with --new-secret for its secret; to remove it: recx profile remove ${name}`,
  });

import { Failure } from '../../core/failure.ts';
import type { Runtime } from '../runtime.ts';
import { type Choice, promptChoice } from './selection.ts';

/** Whether the user can be prompted on a terminal. */
export const canPrompt = ({ in: input, err, env }: Runtime): boolean =>
  input.isTTY === true && err.isTTY && env.TERM !== 'dumb';

/** Prompts on the terminal. Ctrl-C acts like SIGINT. */
export interface Prompts {
  /** Text that passes `check`, whose message is shown until it does. */
  text(message: string, settings: TextSettings): Promise<string>;
  /** One of several values, each shown with its label. */
  select(message: string, choices: readonly Choice[]): Promise<string>;
  /** Text that is not shown. */
  secret(message: string, check: TextSettings['check']): Promise<string>;
  confirm(message: string, initial: boolean): Promise<boolean>;
}

interface TextSettings {
  /** The value if nothing is typed. */
  readonly defaultValue?: string;
  /** Validation error; undefined if valid. */
  check(text: string): string | undefined;
}

/** Needs a terminal, see `canPrompt`. */
export const openPrompts = async ({ in: input, err }: Runtime): Promise<Prompts> => {
  const clack = await import('@clack/prompts');
  const streams = { input, output: err.stream as NodeJS.WriteStream }; // a terminal, see canPrompt
  const choose = async (message: string, choices: readonly Choice[], initial?: string): Promise<string> =>
    answered(await promptChoice(message, choices, initial, streams)) ?? '';
  const answered = <T>(answer: T): Exclude<T, symbol> => {
    if (typeof answer === 'symbol') throw new Failure('interrupt', 'nothing was saved');
    return answer as Exclude<T, symbol>; // checked above
  };
  return {
    text: async (message, { defaultValue, check }) => {
      const validate = (text = ''): string | undefined =>
        text === '' && defaultValue !== undefined ? undefined : check(text.trim());
      const settings = defaultValue === undefined ? {} : { defaultValue, placeholder: defaultValue };
      return answered(await clack.text({ ...streams, ...settings, message, validate })).trim();
    },
    select: (message, choices) => choose(message, choices),
    secret: async (message, check) =>
      answered(await clack.password({ ...streams, message, validate: (text = '') => check(text) })) ?? '',
    confirm: async (message, initial) => (await choose(message, YES_OR_NO, initial ? 'yes' : 'no')) === 'yes',
  };
};

const YES_OR_NO: readonly Choice[] = [
  { value: 'yes', label: 'Yes' },
  { value: 'no', label: 'No' },
];

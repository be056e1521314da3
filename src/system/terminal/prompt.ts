import { Failure } from '../../core/failure.ts';
import type { Runtime } from '../runtime.ts';

/** Whether there is somebody to ask. */
export const canAsk = ({ in: input, err, env }: Runtime): boolean =>
  input.isTTY === true && err.isTTY && env.TERM !== 'dumb';

/** Questions on the terminal. Ctrl-C ends the run as that signal does. */
export interface Questions {
  /** Text that `check` finds nothing wrong with; what it says is told, and asked again. */
  text(message: string, settings: TextSettings): Promise<string>;
  /** One of several values, with what they are for people. */
  choice(message: string, choices: readonly Choice[]): Promise<string>;
  /** Text that is not shown. */
  secret(message: string): Promise<string>;
  yes(message: string, usually: boolean): Promise<boolean>;
}

interface TextSettings {
  /** What it is when nothing is typed. */
  readonly usual?: string;
  check(text: string): string | undefined;
}

interface Choice {
  readonly value: string;
  readonly label: string;
}

/** Only where somebody can be asked, see `canAsk`. */
export const openQuestions = async ({ in: input, err }: Runtime): Promise<Questions> => {
  const clack = await import('@clack/prompts');
  const place = { input, output: err.stream as NodeJS.WriteStream }; // a terminal, see canAsk
  const answered = <T>(answer: T): Exclude<T, symbol> => {
    if (typeof answer === 'symbol') throw new Failure('interrupt', 'nothing was saved');
    return answer as Exclude<T, symbol>; // checked above
  };
  return {
    text: async (message, { usual, check }) => {
      const validate = (text = ''): string | undefined =>
        text === '' && usual !== undefined ? undefined : check(text.trim());
      const settings = usual === undefined ? {} : { defaultValue: usual, placeholder: usual };
      return answered(await clack.text({ ...place, ...settings, message, validate })).trim();
    },
    choice: async (message, choices) => answered(await clack.select({ ...place, message, options: [...choices] })),
    secret: async (message) => answered(await clack.password({ ...place, message })) ?? '',
    yes: async (message, usually) => answered(await clack.confirm({ ...place, message, initialValue: usually })),
  };
};

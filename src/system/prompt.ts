import { Failure } from '../core/failure.ts';
import type { World } from './world.ts';

/** Whether there is somebody to ask. */
export const canAsk = ({ in: input, err }: World): boolean => input.isTTY === true && err.isTTY;

/** Asks for a secret on the terminal without showing it. Ctrl-C ends the run as that signal does. */
export const askSecret = async (label: string, { in: input, err }: World): Promise<string> => {
  const { password, isCancel } = await import('@clack/prompts');
  const answer = await password({ message: label, input, output: err.stream as NodeJS.WriteStream }); // a terminal, see canAsk
  if (isCancel(answer)) throw new Failure('interrupt', 'nothing was saved');
  return answer ?? '';
};

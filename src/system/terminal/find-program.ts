import { access, constants } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import type { Runtime } from '../runtime.ts';

/** The first of these programs that is in a folder of `PATH`; undefined if none. Names are without `.exe`. */
export const findProgram = async <T extends { readonly command: string }>(
  candidates: readonly T[],
  { env, platform }: Pick<Runtime, 'env' | 'platform'>,
): Promise<T | undefined> => {
  const folders = (env.PATH ?? '').split(delimiter).filter(Boolean);
  for (const candidate of candidates) {
    const file = platform === 'win32' ? `${candidate.command}.exe` : candidate.command;
    for (const folder of folders) if (await isExecutable(join(folder, file))) return candidate;
  }
  return undefined;
};

const isExecutable = (path: string): Promise<boolean> =>
  access(path, constants.X_OK).then(
    () => true,
    () => false,
  );

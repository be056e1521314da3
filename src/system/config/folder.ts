import { chmod, readFile, stat } from 'node:fs/promises';
import { isAbsolute, join, resolve } from 'node:path';
import { Failure } from '../../core/failure.ts';
import { isCode } from '../errors.ts';
import { statRegularFile } from '../files/paths.ts';
import type { Runtime } from '../runtime.ts';

/** `RECX_CONFIG_DIR`, else the platform's folder; undefined where the system knows no home. */
export const configFolder = ({ env, platform, home }: Runtime): string | undefined => {
  if (env.RECX_CONFIG_DIR) return resolve(env.RECX_CONFIG_DIR);
  if (platform === 'win32' && env.APPDATA) return join(env.APPDATA, 'recx', 'Config');
  if (home === undefined) return undefined;
  if (platform === 'darwin') return join(home, 'Library', 'Preferences', 'recx');
  // By its own rules the variable counts only when it is absolute.
  const xdg = env.XDG_CONFIG_HOME ?? '';
  return join(isAbsolute(xdg) ? xdg : join(home, '.config'), 'recx');
};

/** Takes a path's permissions away from others. Fails with `unsafe` where that cannot be. */
export const restrictMode = async (path: string, mode: number): Promise<void> => {
  try {
    const status = await stat(path);
    if ((status.mode & 0o1000) !== 0) throw new Error('shared with others by intent');
    if ((status.mode & 0o777 & ~mode) !== 0) await chmod(path, mode);
  } catch (error) {
    if (isCode(error, 'ENOENT')) return;
    throw new Failure('unsafe', `others may read ${path}, and its mode could not be changed`, {
      hint: `chmod ${mode.toString(8)} ${path}`,
      cause: error,
    });
  }
};

/** The JSON of a small plain file; undefined for anything else. Changes nothing, and never fails. */
export const readSmall = async (path: string): Promise<unknown> => {
  try {
    const status = await statRegularFile(path);
    return status === undefined || status.size > MAX_FILE_BYTES ? undefined : JSON.parse(await readFile(path, 'utf8'));
  } catch {
    return undefined;
  }
};

/** Bytes; far more than either file of the folder ever has. */
const MAX_FILE_BYTES = 2 ** 20;

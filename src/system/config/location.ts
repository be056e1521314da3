import { isAbsolute, join, resolve } from 'node:path';
import type { Runtime } from '../runtime.ts';

/** `RECX_CONFIG_DIR`, else the platform's folder; undefined if the system reports no home. */
export const configFolder = ({
  env,
  platform,
  home,
}: Pick<Runtime, 'env' | 'platform' | 'home'>): string | undefined => {
  if (env.RECX_CONFIG_DIR) return resolve(env.RECX_CONFIG_DIR);
  if (platform === 'win32' && env.APPDATA) return join(env.APPDATA, 'recx', 'Config');
  if (home === undefined) return undefined;
  if (platform === 'darwin') return join(home, 'Library', 'Preferences', 'recx');
  // The XDG specification says to ignore a relative path.
  const xdg = env.XDG_CONFIG_HOME ?? '';
  return join(isAbsolute(xdg) ? xdg : join(home, '.config'), 'recx');
};

/** The names of recx's own files in the configuration folder. */
export const configNames = {
  profiles: 'config.json',
  recentIds: 'recent.json',
  compileCache: 'compile-cache',
} as const;

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isRow, type Row } from '../../core/decode.ts';
import { Failure } from '../../core/failure.ts';
import { takeLock } from '../files/lock/lock.ts';
import { makeFolder, statusOf } from '../files/paths.ts';
import type { Runtime } from '../runtime.ts';
import { configFolder, readSmall, restrictMode } from './folder.ts';
import type { StoredSecret } from './secrets.ts';

/** A profile as the configuration file holds it. */
export interface StoredProfile {
  readonly provider: string;
  /** The fields that are no secret. */
  readonly credentials: Readonly<Record<string, string>>;
  readonly secret?: StoredSecret;
  readonly base_url?: string;
}

export interface Configuration {
  readonly version: 1;
  /** The profile that `recx profile use` chose. */
  readonly current?: string;
  readonly profiles: Readonly<Record<string, StoredProfile>>;
}

/**
 * The configuration; an empty one when there is no file, and then conf is not even loaded. A loose mode is tightened.
 * Fails with `local` for a file that cannot be read, `unsafe` for one that is not the user's own.
 */
export const readConfiguration = async (runtime: Runtime): Promise<Configuration> => {
  const folder = configFolder(runtime);
  if (folder === undefined || !(await secure(folder, runtime))) return empty;
  return checked((await openConf(folder)).store, join(folder, FILE));
};

/** The names of the stored profiles with their providers, for completion: changes nothing, and never fails. */
export const storedNames = async (
  runtime: Runtime,
): Promise<readonly (readonly [name: string, provider: string])[]> => {
  const folder = configFolder(runtime);
  const store = folder === undefined ? undefined : await readSmall(join(folder, FILE));
  if (!isRow(store) || !isRow(store.profiles)) return [];
  return Object.entries(store.profiles).flatMap(([name, profile]) =>
    isRow(profile) && typeof profile.provider === 'string' ? [[name, profile.provider] as const] : [],
  );
};

/** Changes the configuration in one replacement of the file, which is 0600 in a 0700 folder afterwards. */
export const changeConfiguration = async (
  runtime: Runtime,
  change: (configuration: Configuration) => Configuration,
): Promise<void> => {
  const folder = configFolder(runtime);
  if (folder === undefined) {
    throw new Failure('local', 'there is no home folder to keep profiles in', {
      hint: 'Set RECX_CONFIG_DIR to a folder',
    });
  }
  await inFolder(folder, () => makeFolder(folder));
  if (runtime.platform !== 'win32') await restrictMode(folder, 0o700);
  const lock = await inFolder(folder, () => takeLock(join(folder, `${FILE}.lock`), lockSettings));
  try {
    const exists = await secure(folder, runtime);
    const conf = await openConf(folder);
    const { store } = conf;
    const after = change(exists ? checked(store, join(folder, FILE)) : empty);
    await inFolder(folder, async () => {
      const { current: _, ...rest } = store;
      await lock.assertHeld();
      conf.store = { ...rest, ...after };
    });
  } finally {
    await lock.release();
  }
};

const FILE = 'config.json';
/** For the moment of one change. */
const lockSettings = { waitMilliseconds: 10_000, hint: 'Try again' };
const empty: Configuration = { version: 1, profiles: {} };

const openConf = async (folder: string): Promise<{ store: Record<string, unknown> }> => {
  const { default: Conf } = await import('conf');
  return inFolder(
    folder,
    async () =>
      new Conf<Record<string, unknown>>({
        cwd: folder,
        configName: 'config',
        fileExtension: 'json',
        configFileMode: 0o600,
        // Names of profiles may hold dots; a file that does not parse must never be replaced by an empty one.
        accessPropertiesByDotNotation: false,
        clearInvalidConfig: false,
      }),
  );
};

/** Whether there is a configuration file, which is the user's own; its mode and its folder's are made private. */
const secure = async (folder: string, { platform, user }: Runtime): Promise<boolean> => {
  const file = join(folder, FILE);
  const status = await inFolder(folder, () => statusOf(file));
  if (status === undefined) return false;
  if (!status.isFile()) throw new Failure('unsafe', `${file} is no plain file`, { hint: 'Put the file itself there' });
  if (user !== undefined && status.uid !== user) {
    throw new Failure('unsafe', `${file} belongs to another user`, { hint: `chown ${user} ${file}` });
  }
  if (platform !== 'win32') {
    await restrictMode(folder, 0o700);
    await restrictMode(file, 0o600);
  }
  await inFolder(folder, async () => {
    // conf takes any JSON for an object, and would write over it.
    if (!isRow(JSON.parse(await readFile(file, 'utf8')))) throw new SyntaxError('not an object');
  });
  return true;
};

/** Runs a step on the folder; whatever the system says against it becomes a failure that names the path. */
const inFolder = async <T>(folder: string, step: () => Promise<T>): Promise<T> => {
  try {
    return await step();
  } catch (error) {
    if (error instanceof Failure) throw error;
    const path = join(folder, FILE);
    if (error instanceof SyntaxError) {
      throw new Failure('local', `${path} is not a JSON object`, {
        hint: 'Mend it, or move it away and add the profiles again',
      });
    }
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown error';
    throw new Failure('local', `${path} cannot be used (${code})`, { cause: error });
  }
};

const checked = (store: Row, path: string): Configuration => {
  const { version = 1, current, profiles = {} } = store;
  const broken = (what: string): Failure => new Failure('local', `${path}: ${what}`);
  if (version !== 1) throw broken('written by a newer recx');
  if (!isRow(profiles)) throw broken('"profiles" is not an object');
  const read = Object.entries(profiles).map(([name, profile]) => {
    if (!isProfile(profile)) throw broken(`the profile "${name}" is not complete`);
    return [name, profile] as const;
  });
  return {
    version: 1,
    profiles: Object.fromEntries(read),
    ...(typeof current === 'string' ? { current } : {}),
  };
};

const isProfile = (value: unknown): value is StoredProfile => {
  if (!isRow(value) || typeof value.provider !== 'string') return false;
  const { credentials, secret, base_url: baseUrl } = value;
  return (
    isRow(credentials) &&
    Object.values(credentials).every((text) => typeof text === 'string') &&
    (secret === undefined || isSecret(secret)) &&
    (baseUrl === undefined || typeof baseUrl === 'string')
  );
};

/** A field's name beside exactly one place of the secret. */
const isSecret = (value: unknown): boolean => {
  if (!isRow(value) || typeof value.field !== 'string') return false;
  return ['value', 'env', 'command'].filter((place) => typeof value[place] === 'string').length === 1;
};

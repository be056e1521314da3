import { readdir, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { isRow, type Row } from '../../core/decode.ts';
import { Failure } from '../../core/failure.ts';
import { diskFailure, isSyncUnsupported } from '../files/disk-errors.ts';
import { lstatIfExists, makeFolder, notRegularFile } from '../files/file-system.ts';
import { type LockGuard, takeLock } from '../files/lock/lock.ts';
import { readTextFile } from '../files/read-file.ts';
import type { Runtime } from '../runtime.ts';
import { checkOwner, readSmallJson, restrictMode } from './folder.ts';
import { configFolder, configNames } from './location.ts';
import type { StoredSecret } from './secrets.ts';

/** A profile as it is stored in the configuration file. */
export interface StoredProfile {
  readonly provider: string;
  /** The fields that are not secret. */
  readonly credentials: Readonly<Record<string, string>>;
  readonly secret?: StoredSecret;
  readonly base_url?: string;
  /** Names of hosts with a private address from which media may be fetched, separated by commas. */
  readonly private_media_hosts?: string;
  /** The APIs that a check has found to work; without it, all of the provider's are queried. */
  readonly apis?: readonly string[];
  /** By API, whether recordings name their calls by the ids of the list of calls, as a check has found. */
  readonly call_ids?: Readonly<Record<string, CallIds>>;
}

/** Words of a newer version are kept, and say nothing. */
export type CallIds = 'same' | 'other';

export interface Configuration {
  readonly version: 1;
  /** The default profile, set by `recx profile use`. */
  readonly current?: string;
  readonly profiles: Readonly<Record<string, StoredProfile>>;
}

/**
 * The configuration; an empty one if the file does not exist, in which case conf is not loaded. Fixes file modes that are
 * too open. Throws `local` for a file that cannot be read, `unsafe` for one that does not belong to the user.
 */
export const readConfiguration = async (runtime: Runtime): Promise<Configuration> => {
  const folder = configFolder(runtime);
  if (folder === undefined || !(await secureFile(folder, runtime))) return empty;
  return parseStore((await openConf(folder)).store, join(folder, FILE));
};

/** The environment variables from which stored profiles read their secrets. Read-only; never throws. */
export const storedSecretVariables = async (runtime: Runtime): Promise<readonly string[]> =>
  Object.values(await storedProfiles(runtime)).flatMap((profile) =>
    isRow(profile) && isRow(profile.secret) && typeof profile.secret.env === 'string' ? [profile.secret.env] : [],
  );

const storedProfiles = async (runtime: Runtime): Promise<Row> => {
  const folder = configFolder(runtime);
  const store = folder === undefined ? undefined : await readSmallJson(join(folder, FILE));
  return isRow(store) && isRow(store.profiles) ? store.profiles : {};
};

/** The names of the stored profiles with their providers and open fields. Read-only; never throws. */
export const storedNames = async (
  runtime: Runtime,
): Promise<readonly (readonly [name: string, provider: string, fields: Row])[]> => {
  return Object.entries(await storedProfiles(runtime)).flatMap(([name, profile]) =>
    isRow(profile) && typeof profile.provider === 'string'
      ? [[name, profile.provider, isRow(profile.credentials) ? profile.credentials : {}] as const]
      : [],
  );
};

/** Changes the configuration by replacing the file atomically; afterwards it is 0600 in a 0700 folder. */
export const changeConfiguration = async (
  runtime: Runtime,
  change: (configuration: Configuration) => Configuration,
): Promise<void> => {
  const folder = configFolder(runtime);
  if (folder === undefined) {
    throw new Failure('local', 'home folder not found', { hint: 'Set RECX_CONFIG_DIR to a folder for the profiles' });
  }
  await inFolder(folder, () => makeFolder(folder));
  if (runtime.platform !== 'win32') await restrictMode(folder, 0o700);
  const lock = await inFolder(folder, () => takeLock(join(folder, `${FILE}.lock`), lockSettings));
  try {
    await inFolder(folder, () => removeLeftovers(folder));
    const exists = await secureFile(folder, runtime);
    const conf = await openConf(folder);
    const { store: before } = conf;
    const after = change(exists ? parseStore(before, join(folder, FILE)) : empty);
    await inFolder(folder, async () => {
      const { current: _, ...rest } = before;
      await lock.assertHeld();
      await store(conf, { ...rest, ...after }, lock);
    });
  } finally {
    await lock.release();
  }
};

const FILE = configNames.profiles;
/** Another run holds the lock only for one change. */
const lockSettings = { waitMilliseconds: 10_000, hint: 'Try again' };
const empty: Configuration = { version: 1, profiles: {} };

/** The part of conf that is used. */
interface Store {
  store: Record<string, unknown>;
  readonly path: string;
}

/** Stores through conf, which requires fsync; on a file system without it, the file is written here. */
const store = async (conf: Store, next: Record<string, unknown>, lock: LockGuard): Promise<void> => {
  try {
    conf.store = next;
  } catch (error) {
    if (!isSyncUnsupported(error)) throw error;
    const { writeFileAtomically } = await import('../files/write-file.ts');
    await writeFileAtomically(conf.path, `${JSON.stringify(next, undefined, '\t')}\n`, { lock });
  }
};

/** Removes temporary files of killed runs, which contain secrets. Only called with the lock held: no other run writes one. */
const removeLeftovers = async (folder: string): Promise<void> => {
  for (const name of await readdir(folder)) if (LEFTOVER.test(name)) await unlink(join(folder, name));
};

/** The temporary files of conf and of `writeFileAtomically`. */
const LEFTOVER = /^(?:config\.json\.tmp-[\da-f]+|\.config\.json\.part)$/;

const openConf = async (folder: string): Promise<Store> => {
  const { default: Conf } = await import('conf');
  return inFolder(
    folder,
    async () =>
      new Conf<Record<string, unknown>>({
        cwd: folder,
        configName: 'config',
        fileExtension: 'json',
        configFileMode: 0o600,
        // Names of profiles may contain dots. A file that does not parse must not be overwritten.
        accessPropertiesByDotNotation: false,
        clearInvalidConfig: false,
      }),
  );
};

/** Whether a configuration file exists; makes it and its folder private. Throws `unsafe` if another user owns it. */
const secureFile = async (folder: string, runtime: Runtime): Promise<boolean> => {
  const file = join(folder, FILE);
  const status = await inFolder(folder, () => lstatIfExists(file));
  if (status === undefined) return false;
  if (!status.isFile()) throw notRegularFile(file);
  checkOwner(file, status.uid, runtime);
  if (runtime.platform !== 'win32') {
    await restrictMode(folder, 0o700);
    await restrictMode(file, 0o600);
  }
  await inFolder(folder, async () => {
    // conf accepts any JSON as an object, and would overwrite it.
    if (!isRow(JSON.parse(await readTextFile(file)))) throw new SyntaxError('not an object');
  });
  return true;
};

/** Runs a step; converts system and JSON errors to failures that name the file. */
const inFolder = async <T>(folder: string, step: () => Promise<T>): Promise<T> => {
  try {
    return await step();
  } catch (error) {
    const path = join(folder, FILE);
    if (!(error instanceof SyntaxError)) throw diskFailure(error, path);
    throw new Failure('local', `${path} is not a JSON object`, {
      hint: 'Fix the file, or move it away and add the profiles again',
    });
  }
};

/** Checks what conf has read. Throws `local`. */
const parseStore = (store: Row, path: string): Configuration => {
  const { version = 1, current, profiles = {} } = store;
  const broken = (problem: string): Failure => new Failure('local', `${path}: ${problem}`);
  if (version !== 1) throw broken('written by a newer version of recx');
  if (!isRow(profiles)) throw broken('"profiles" is not an object');
  const complete = Object.entries(profiles).map(([name, profile]) => {
    if (!isProfile(profile)) throw broken(`profile "${name}" is incomplete`);
    return [name, profile] as const;
  });
  return {
    version: 1,
    profiles: Object.fromEntries(complete),
    ...(typeof current === 'string' ? { current } : {}),
  };
};

const isProfile = (value: unknown): value is StoredProfile => {
  if (!isRow(value) || typeof value.provider !== 'string') return false;
  const { credentials, secret, base_url: baseUrl, private_media_hosts: hosts, apis = [], call_ids: ids = {} } = value;
  return (
    isRow(credentials) &&
    Object.values(credentials).every((text) => typeof text === 'string') &&
    (secret === undefined || isSecret(secret)) &&
    [baseUrl, hosts].every((text) => text === undefined || typeof text === 'string') &&
    Array.isArray(apis) &&
    apis.every((api) => typeof api === 'string') &&
    isRow(ids) &&
    Object.values(ids).every((word) => typeof word === 'string')
  );
};

/** The name of a field and exactly one secret source. */
const isSecret = (value: unknown): boolean => {
  if (!isRow(value) || typeof value.field !== 'string') return false;
  return ['value', 'env', 'command'].filter((way) => typeof value[way] === 'string').length === 1;
};

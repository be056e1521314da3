import { renameRecent } from '../../system/config/recent-ids.ts';
import type { Context } from '../shared/context.ts';
import { environmentProfiles, profileNamed } from '../shared/select-profiles.ts';
import { alreadyExists, checkName } from './names.ts';
import { changeProfiles } from './stored-fields.ts';

/** Renames a stored profile, which stays the default if it is. */
export const renameProfile = async (old: string, name: string, { runtime, log }: Context): Promise<void> => {
  checkName(name);
  const isNamed = environmentProfiles(runtime.env).includes(old);
  await changeProfiles(runtime, (configuration) => {
    profileNamed(old, configuration);
    if (Object.hasOwn(configuration.profiles, name)) throw alreadyExists(name);
    const profiles = Object.entries(configuration.profiles).map(([key, stored]) => [key === old ? name : key, stored]);
    return {
      ...configuration,
      profiles: Object.fromEntries(profiles),
      ...(configuration.current === old ? { current: name } : {}),
    };
  });
  try {
    await renameRecent(old, name, runtime);
  } catch (error) {
    // The starts of ids are then found by listing.
    log.debug(
      'completion.cache_failed',
      `failed to rename recent ids: ${error instanceof Error ? error.message : error}`,
    );
  }
  if (isNamed) log.warn(`RECX_PROFILE names "${old}", which is now "${name}"`, `Set RECX_PROFILE=${name}`);
  if (!runtime.err.isTTY) return;
  log.info(
    `renamed profile "${old}" to "${name}"`,
    `Exports and downloads know the account by its id and continue; change scripts that use -p ${old}`,
  );
};

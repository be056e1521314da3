import type { Failure } from '../../core/failure.ts';
import type { Log } from '../../system/terminal/log.ts';
import { isRefused, nameOfApi, type ProfileAccess, type QueriedApi } from './api-access.ts';

/** Says, once a run, that an API is left out: its refusal is no failure, since it is not known to have worked. */
export const tellLeftOut = (api: QueriedApi, failure: Failure, { warn }: Pick<Log, 'warn'>): void => {
  const { profile, definition, access } = api;
  if (access.told.has(definition.api)) return;
  access.told.add(definition.api);
  const remember = access.isStored ? `run recx profile check ${profile} once, or ` : '';
  warn(
    `left out ${nameOfApi(api)}: ${failure.message}`,
    `To leave it out without this warning, ${remember}name the APIs to query with --api`,
  );
};

/** What listing learns about refusals. */
export interface RefusalVerdicts<Api extends QueriedApi> {
  /** The API is left out, after a warning. */
  leaveOut(api: Api, failure: Failure): void;
  /** The API should have worked: other APIs of its profile accept the credentials. */
  fail(api: Api, failure: Failure): void;
  /** Every queried API of the profile refuses the credentials. */
  failProfile(apis: readonly Api[], failure: Failure): void;
}

/**
 * Judges refusals as soon as the other APIs of their profile have responded: one that the others do not share means that the
 * credentials lack a permission.
 */
export const openRefusals = <Api extends QueriedApi>(
  apis: readonly Api[],
  { leaveOut, fail, failProfile }: RefusalVerdicts<Api>,
) => {
  const pending = new Map<Api, Failure>();
  const apisOf = (access: ProfileAccess): readonly Api[] => apis.filter((api) => api.access === access);
  const settle = (isEnd: boolean): void => {
    for (const [api, failure] of pending) {
      const { access, reason } = api;
      if (access.accepted.size > 0) {
        pending.delete(api);
        if (reason === 'default') leaveOut(api, failure);
        else fail(api, failure);
        continue;
      }
      const all = apisOf(access);
      if (all.every((other) => pending.has(other))) {
        for (const other of all) pending.delete(other);
        failProfile(all, failure);
      } else if (isEnd) {
        pending.delete(api);
        fail(api, failure);
      }
    }
  };
  return {
    /** Whether the failure is a first refusal, which will be judged. */
    add: (api: Api, failure: Failure): boolean => {
      if (failure.kind !== 'credentials' || !isRefused(api)) return false;
      pending.set(api, failure);
      settle(false);
      return true;
    },
    /** To be called when an API has responded. */
    settle: () => settle(false),
    end: () => settle(true),
  };
};

import type { Failure } from '../../core/failure.ts';
import type { ApiDefinition } from '../../core/provider.ts';
import { definitions } from '../../providers/index.ts';
import type { Runtime } from '../../system/runtime.ts';
import type { Log } from '../../system/terminal/log.ts';
import { hasSameList, isRefused, nameOfApis, type ProfileAccess, type QueriedApi, refusalText } from './api-access.ts';

/** APIs of one profile. */
export type OwnApis<Api extends QueriedApi> = readonly [Api, ...(readonly Api[])];

/** Says, once a run, that APIs of a profile are left out: their refusal is no failure, since nothing is missing that is known. */
export const tellLeftOut = (apis: OwnApis<QueriedApi>, failure: Failure, { warn }: Pick<Log, 'warn'>): void => {
  const [first] = apis;
  const { profile, access } = first;
  if (apis.every(({ definition }) => access.told.has(definition.api))) return;
  for (const { definition } of apis) access.told.add(definition.api);
  const remember = access.isStored ? `run recx profile check ${profile} once, or ` : '';
  warn(
    `left out ${nameOfApis(apis)}: ${refusalText(first, failure)}`,
    access.accepted.size === 0
      ? failure.hint
      : `To leave it out without this warning, ${remember}name the APIs to query with --api`,
  );
};

/** Tells a person, once a run, which APIs are not queried because a profile remembers that only others work. */
export const tellUnused = (
  apis: readonly QueriedApi[],
  { runtime, log }: { readonly runtime: Pick<Runtime, 'out' | 'err'>; readonly log: Pick<Log, 'info'> },
): void => {
  if (!runtime.out.isTTY || !runtime.err.isTTY) return;
  for (const source of apis) {
    const { profile, access, reason, definition: one } = source;
    if (reason !== 'remembered') continue;
    const isQueried = (definition: ApiDefinition): boolean =>
      apis.some(
        (other) =>
          other.definition === definition && (other.access === access || hasSameList(other, { ...source, definition })),
      );
    const unused = definitions
      .filter((own) => own.vendor === one.vendor && !isQueried(own) && !access.told.has(own.api))
      .map(({ api }) => api);
    for (const api of unused) access.told.add(api);
    if (unused.length > 0) {
      const [are, them] = unused.length === 1 ? ['is', 'it'] : ['are', 'them'];
      const names = `${one.vendor.name} ${unused.join(', ')} of profile "${profile}"`;
      log.info(`${names} ${are} left out: recx profile check found ${them} refused`);
    }
  }
};

/** What listing learns about refusals. */
export interface RefusalVerdicts<Api extends QueriedApi> {
  /** The APIs, of one profile, are left out, after a warning. */
  leaveOut(apis: OwnApis<Api>, failure: Failure): void;
  /** The API should have worked: other APIs of its profile accept the credentials. */
  fail(api: Api, failure: Failure): void;
  /** Every queried API of the profile refuses the credentials. */
  failProfile(apis: OwnApis<Api>, failure: Failure): void;
  /** Whether the list of an API is missing, as known so far. */
  isMissing(api: Api): boolean;
}

/**
 * Judges refusals as soon as the other APIs of their profile have responded: one that the others do not share means that the
 * credentials lack a permission. One whose list another profile of the same account delivers is left out, once that has ended.
 */
export const openRefusals = <Api extends QueriedApi>(
  apis: readonly Api[],
  { leaveOut, fail, failProfile, isMissing }: RefusalVerdicts<Api>,
) => {
  const pending = new Map<Api, Failure>();
  const apisOf = (access: ProfileAccess): readonly Api[] => apis.filter((api) => api.access === access);
  const isDelivered = (api: Api): boolean =>
    apis.some((other) => hasSameList(other, api) && !pending.has(other) && !isMissing(other));
  const settle = (isEnd: boolean): void => {
    for (const [api, failure] of pending) {
      const { access, reason } = api;
      const isAccepted = access.accepted.size > 0;
      const own = apisOf(access);
      const isProfile = !isAccepted && own.every((other) => pending.has(other));
      const judged = isProfile ? own : [api];
      const delivered = judged.filter(isDelivered);
      const isLeftOut = isAccepted && reason === 'default';
      const isOpen = delivered.length > 0 || !(isAccepted || isProfile);
      if (isOpen && !isLeftOut && !isEnd) continue;
      for (const each of judged) pending.delete(each);
      const failed = judged.filter((each) => !isLeftOut && !delivered.includes(each));
      const leftOut = judged.filter((each) => !failed.includes(each));
      if (isSome(failed)) {
        if (isProfile) failProfile(failed, failure);
        else fail(api, failure);
      }
      if (isSome(leftOut)) leaveOut(leftOut, failure);
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

const isSome = <Api extends QueriedApi>(apis: readonly Api[]): apis is OwnApis<Api> => apis.length > 0;

import { Failure } from '../../core/failure.ts';
import type { Log } from '../../system/terminal/log.ts';
import { nameOfApi, nameOfApis, type QueriedApi, refusalOf, refusalText } from './api-access.ts';
import { openRefusals, tellLeftOut } from './refusals.ts';

export interface OutcomeListener<Api> {
  /** Called with each API that refuses the credentials and is left out. */
  onLeftOut?(api: Api): void;
  /** Called instead for an API that should have worked; without it, the listing is incomplete. */
  onWithdrawn?(api: Api): void;
  /** Called if an API does not have the calls by which recordings may match; without it, the listing is incomplete. */
  onCallsMissing?(api: Api, message: string): void;
  /** The credentials may not read the calls of an API; true if they could before, so that the listing is incomplete. */
  onCallsUnread?(api: Api): boolean;
}

/** Reports the failures of a listing of several APIs as they occur; `end` throws what they mean for the whole. */
export const openOutcome = <Api extends QueriedApi>(
  apis: readonly Api[],
  { onLeftOut, onWithdrawn, onCallsMissing, onCallsUnread }: OutcomeListener<Api>,
  log: Log,
) => {
  const failed = new Set<Api>();
  const leftOut = new Set<Api>();
  const reported = new Set<Failure>();
  let first: Failure | undefined;
  let shared: Failure | undefined;
  let isIncomplete = false;
  let isNamedRefused = false;
  const report = (failure: Failure, api: Api, name = nameOfApi(api)): void => {
    if (reported.has(failure)) return;
    reported.add(failure);
    const { kind, hint, reported: isKnown, about } = failure;
    const message = refusalText(api, failure);
    const names = { provider: api.definition.vendor.name, api: api.definition.api, profile: api.profile };
    log.error(new Failure(kind, `${name}: ${message}`, { hint, reported: isKnown, about: { ...names, ...about } }));
  };
  const fail = (api: Api, failure: Failure): void => {
    failed.add(api);
    first ??= failure;
    report(failure, api);
  };
  const incomplete = (api: Api, message: string): void => {
    isIncomplete = true;
    report(new Failure('partial', message), api);
  };
  const refusals = openRefusals(apis, {
    isMissing: (api) => failed.has(api) || leftOut.has(api),
    leaveOut: (refused, failure) => {
      tellLeftOut(refused, failure, log);
      for (const api of refused) {
        leftOut.add(api);
        onLeftOut?.(api);
      }
    },
    fail: (api, failure) => {
      isNamedRefused ||= api.reason === 'named';
      if (api.reason === 'named' || onWithdrawn === undefined || api.access.accepted.size === 0) fail(api, failure);
      else {
        leftOut.add(api);
        report(failure, api);
        onWithdrawn(api);
      }
    },
    failProfile: (all, failure) => {
      const [api] = all;
      for (const each of all) failed.add(each);
      first ??= failure;
      isNamedRefused ||= api.reason === 'named';
      if (all.length === apis.length) shared = refusalOf(api, failure);
      else report(failure, api, nameOfApis(all));
    },
  });
  return {
    fail: (api: Api, failure: Failure): void => {
      if (!refusals.add(api, failure)) fail(api, failure);
    },
    /** The credentials may not read what a filter needs, although the API accepts them. */
    failNamed: (api: Api, failure: Failure): void => {
      isNamedRefused = true;
      fail(api, failure);
    },
    incomplete,
    callsMissing: onCallsMissing ?? incomplete,
    /** Whether it is a failure that the calls of an API cannot be read; if so, it is reported. */
    callsUnread: (api: Api, message: string): boolean => {
      if (onCallsUnread?.(api) !== true) return false;
      incomplete(api, message);
      return true;
    },
    /** To be called when an API has responded. */
    settle: refusals.settle,
    end: (): void => {
      refusals.end();
      if (shared !== undefined) throw shared;
      const isAll = apis.every((api) => failed.has(api) || leftOut.has(api));
      if (first !== undefined && isAll) throw new Failure(first.kind, 'failed to list recordings: all APIs failed');
      if (first === undefined && !isIncomplete) return;
      throw new Failure(isNamedRefused ? 'credentials' : 'partial', 'the list is incomplete');
    },
  };
};

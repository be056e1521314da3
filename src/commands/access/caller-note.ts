import type { Recording } from '../../core/recording.ts';
import { definitions } from '../../providers/index.ts';
import type { Runtime } from '../../system/runtime.ts';
import type { Log } from '../../system/terminal/log.ts';

/** Notes whose recordings have no caller because their calls were not read. */
export interface CallerNote {
  see(rows: readonly Recording[]): void;
  /** How to get the callers, for people; undefined if every recording of a call that was seen has one. */
  readonly text: string | undefined;
}

/** Says on a terminal how to get the callers that a listing has not. */
export const tellCallers = ({
  runtime,
  log,
  listing,
}: {
  readonly runtime: Pick<Runtime, 'err'>;
  readonly log: Pick<Log, 'info'>;
  readonly listing: { readonly callers?: CallerNote };
}): void => {
  if (listing.callers?.text !== undefined && runtime.err.isTTY) log.info(listing.callers.text);
};

export const openCallerNote = (): CallerNote => {
  const vendors = new Set<string>();
  const ofCalls = new Set(
    definitions
      .filter(({ callFilters }) => callFilters.includes('from'))
      .map(({ vendor, api }) => `${vendor.name}/${api}`),
  );
  return {
    see: (rows) => {
      for (const { provider, api, kind, from, call } of rows)
        if (kind === 'call' && from === null && call === null && ofCalls.has(`${provider}/${api}`))
          vendors.add(provider);
    },
    get text() {
      return vendors.size === 0
        ? undefined
        : `Callers of ${[...vendors].join(', ')} are read from the calls with --with-calls`;
    },
  };
};

import type { Recording } from '../../core/recording.ts';
import { ALL_FIELDS } from '../../core/view.ts';
import { definitions } from '../../providers/index.ts';
import type { Runtime } from '../../system/runtime.ts';
import type { Log } from '../../system/terminal/log.ts';

/** Notes whose recordings have no caller, or no name of their conference or room, because calls were not read. */
export interface CallerNote {
  see(rows: readonly Recording[]): void;
  /** How to get them, for people; undefined if nothing was seen without. */
  readonly text: string | undefined;
}

/**
 * Has a listing note what has no caller, if anybody is to be told: on a terminal, unless calls are read or fields are named one
 * by one.
 */
export const noteCallers = (
  { runtime, listing }: { readonly runtime: Pick<Runtime, 'err'>; readonly listing: { callers?: CallerNote } },
  { withCalls, fields }: { readonly withCalls?: boolean | undefined; readonly fields?: readonly string[] | undefined },
): void => {
  if (runtime.err.isTTY && withCalls !== true && (fields === undefined || fields.includes(ALL_FIELDS)))
    listing.callers = openCallerNote();
};

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
  const unsaid = { callers: new Set<string>(), names: new Set<string>() };
  const ofCalls = new Set(
    definitions
      .filter(({ callFilters }) => callFilters.includes('from'))
      .map(({ vendor, api }) => `${vendor.name}/${api}`),
  );
  return {
    see: (rows) => {
      for (const row of rows) {
        const { provider, api, callId, conferenceId, roomSessionId } = row;
        if (row.call !== null) continue;
        if (callId !== null && row.from === null && ofCalls.has(`${provider}/${api}`)) unsaid.callers.add(provider);
        const isOfNames = conferenceId === null ? roomSessionId !== null : ofCalls.has(`${provider}/${api}`);
        if (isOfNames && row.conferenceName === null) unsaid.names.add(provider);
      }
    },
    get text() {
      const vendors = new Set([...unsaid.callers, ...unsaid.names]);
      if (vendors.size === 0) return undefined;
      const what = unsaid.callers.size === 0 ? 'Names' : unsaid.names.size === 0 ? 'Callers' : 'Callers and names';
      return `${what} of ${[...vendors].join(', ')} are read with --with-calls`;
    },
  };
};

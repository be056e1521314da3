import {
  difference,
  type ExportState,
  type Identity,
  type Increment,
  openIncrement,
} from '../../core/export/watermark.ts';
import { Failure } from '../../core/failure.ts';
import type { Instant, Recording } from '../../core/recording.ts';
import { readState } from '../../system/files/export-state.ts';
import type { Source } from '../shared/source-types.ts';
import type { ExportContext, Incremental } from './types.ts';

/** Progress of earlier runs of an incremental export. */
export interface ExportProgress {
  readonly state: ExportState | undefined;
  readonly identity: Identity;
  /** By account and API. */
  readonly increments: ReadonlyMap<string, Increment>;
  /** The `--since` of the first run. */
  readonly start: Instant | null;
}

/** Reads the state; `remembers` keeps ids, for appending. Throws `local` if the state belongs to another export. */
export const loadProgress = async (
  { query, sources, context }: ExportContext,
  { statePath, reset, lookback, identity: output }: Incremental,
  remembers: boolean,
): Promise<ExportProgress> => {
  const state = reset ? undefined : await readState(statePath);
  const identity = { accounts: [...new Set(sources.map(accountKey))].sort(), ...output };
  const other = state && difference(state.of, identity);
  if (other !== undefined) {
    throw new Failure('local', `${statePath} belongs to a different export: ${other}`, {
      hint: 'Use another --out, or export everything again with --reset-state',
    });
  }
  const since = query.since ?? null;
  const start = state === undefined ? since : state.start;
  if (start !== null && (since === null || since < start)) {
    throw new Failure('local', `${statePath} belongs to an export that starts at ${start}`, {
      hint: 'To start earlier, export everything again with --reset-state',
    });
  }
  const settings = { lookback, now: context.clock.now(), remembers };
  const increments = new Map(identity.accounts.map((key) => [key, openIncrement(state?.sources[key], settings)]));
  return { state, identity, increments, start };
};

export const statesOf = (increments: ReadonlyMap<string, Increment>): ExportState['sources'] =>
  Object.fromEntries([...increments].map(([key, increment]) => [key, increment.next().state]));

/** Records what each source lists, including rows that another source lists as well. */
export const recordListed =
  (increments: ReadonlyMap<string, Increment>) =>
  (source: Source, rows: readonly Recording[]): void => {
    const increment = increments.get(accountKey(source));
    for (const row of rows) increment?.record(row);
  };

/** An API of an account, independent of the profile name. */
export const accountKey = ({ definition, account }: Source): string =>
  [
    definition.vendor.name,
    definition.api,
    account?.basicAuth[0],
    // The port of the server inside this process differs on each run.
    account?.bypassProxy === true ? 'demo' : account?.origin,
  ].join(' ');

import { below } from '../../core/export/destination.ts';
import {
  difference,
  type ExportState,
  type Identity,
  type Increment,
  later,
  resume,
  type WrittenFile,
} from '../../core/export/watermark.ts';
import { Failure } from '../../core/failure.ts';
import type { Query } from '../../core/query.ts';
import type { Instant, Recording } from '../../core/recording.ts';
import { appendRows, describeWritten, framingOf, repairTail } from '../../system/files/append.ts';
import { readState, regularFileExists, writeState } from '../../system/files/export-state.ts';
import type { StagedFiles } from '../../system/files/staged-files.ts';
import { listSources } from '../shared/list-sources.ts';
import type { Source } from '../shared/source-types.ts';
import { collectRows, type ExportContext, type Incremental, withStagedFiles } from './collect.ts';

/** The files from the bound on are made anew, each with all that belongs into it. */
export const exportParts = async (all: ExportContext, incremental: Incremental, anew = false): Promise<void> => {
  const { run, sources, context, exported, lock } = all;
  const { destination, pieces, query } = run;
  const { state, identity, increments, start } = await loadProgress(all, incremental, false);
  const bounds = [...increments.values()].map((increment) => increment.since);
  // One bound for all accounts, the earliest, so that none is missing in a file that another has touched.
  const known = bounds.every((bound) => bound !== undefined) ? bounds.sort()[0] : undefined;
  const began = start === null ? undefined : destination.floor(start);
  const since = anew ? began : later(known && destination.floor(known), began);
  exported.since = since ?? null;
  const files = new Map<string, Instant>(Object.entries(state?.files ?? {}));
  const timeless = await withStagedFiles(all, pieces, async (staged) => {
    // A file whose last recording was deleted would not be touched by any other.
    for (const [path, first] of files) if (since === undefined || first >= since) await staged.touch(path);
    const asked: Query = since === undefined ? query : { ...query, since, resumes: true };
    let without = 0;
    await collectRows(
      listSources(sources, asked, undefined, context, { onListed: updating(increments) }),
      staged,
      all,
      (row, path) => {
        if (row.createdAt !== null) files.set(path, destination.floor(row.createdAt));
        else without++;
        return true;
      },
    );
    // Their file has others from before, which an API that filters by time lists only when all is asked for.
    if (without > 0 && since !== began) {
      await staged.discard();
      return true;
    }
    exported.files = (await staged.commit()).length;
    const next = [...increments.values()].map((increment) => increment.next().bound);
    const kept = next.every((bound) => bound !== undefined) ? destination.floor(next.sort()[0] ?? '') : '';
    const remembered: ExportState = {
      version: 1,
      of: identity,
      sources: statesOf(increments),
      start,
      files: Object.fromEntries([...files].filter(([, first]) => first >= kept)),
    };
    await writeState(incremental.statePath, destination.folder, remembered, lock);
    return false;
  });
  if (!timeless) return;
  exported.rows = 0;
  await exportParts(all, incremental, true);
};

/** One file that new recordings are added to, each once. */
export const exportAppended = async (all: ExportContext, incremental: Incremental): Promise<void> => {
  const { run, sources, context, exported, lock } = all;
  const { destination, query } = run;
  const { folder, name, gzip } = destination;
  const { statePath } = incremental;
  const path = below(folder, name);
  const remember = (state: ExportState): Promise<void> => writeState(statePath, folder, state, lock);
  const { state, identity, increments, start } = await loadProgress(all, incremental, true);
  if (state === undefined && !incremental.reset && (await regularFileExists(path))) {
    throw new Failure('local', `${path} is there, but not what has been exported into it (${statePath})`, {
      hint: 'Move it away, or write it anew with --reset-state',
    });
  }
  const { pieces } = run;
  const edges = framingOf(pieces, gzip);
  const before = state?.written;
  const goesOn = before !== undefined && (await repairTail(path, before, edges));
  const addition = { ...pieces, head: before?.any === true ? pieces.between : '' };
  const work = async (staged: StagedFiles<Recording>): Promise<void> => {
    // Also when nothing is added: a killed run may have left its addition behind, which goes away with this one.
    await staged.touch(name);
    const queryOf = (source: Source): Query => {
      const since = later(increments.get(keyOf(source))?.since, start ?? undefined);
      return since === undefined ? query : { ...query, since, resumes: true };
    };
    exported.since = [...increments.values()].map(({ since }) => since ?? '').sort()[0] || null;
    const listed = listSources(sources, query, undefined, context, { queryOf, onListed: updating(increments) });
    const known = [...increments];
    await collectRows(
      listed,
      staged,
      all,
      (row) => !known.some(([key, { has }]) => key.startsWith(`${row.provider} `) && has(row.id)),
    );
    const old = { version: 1, of: identity, sources: state?.sources ?? {}, start } as const;
    const now = (written: WrittenFile): ExportState => ({ ...old, sources: statesOf(increments), written });
    if (!goesOn) {
      const coming = await (await staged.closed(name)).identity();
      await remember({ ...old, written: { size: 0, tail: '', pending: true, any: false, coming } });
      exported.files = (await staged.commit()).length;
      await remember(now(await describeWritten(path, edges, exported.rows > 0)));
      return;
    }
    if (exported.rows === 0) await remember(now({ ...before, pending: false }));
    else {
      await remember({ ...old, written: { ...before, pending: true } });
      try {
        const written = await appendRows(path, before, await staged.finished(name), edges, lock);
        await remember(now(written));
      } catch (error) {
        // As it was before, at once; when that fails as well, the next run does it.
        await repairTail(path, { ...before, pending: true }, edges)
          .then(() => remember({ ...old, written: { ...before, pending: false } }))
          .catch(() => {});
        throw error;
      }
      exported.files = 1;
    }
    await staged.discard();
  };
  await withStagedFiles(all, goesOn ? addition : pieces, work, true);
};

/** What earlier runs remembered. Fails with `local` when it is of another export. */
const loadProgress = async (
  { run, sources, context }: ExportContext,
  { statePath, reset, lookback, identity: own }: Incremental,
  remembers: boolean,
): Promise<{
  readonly state: ExportState | undefined;
  readonly identity: Identity;
  readonly increments: ReadonlyMap<string, Increment>;
  /** What the first run's `--since` was. */
  readonly start: Instant | null;
}> => {
  const state = reset ? undefined : await readState(statePath);
  const identity = { accounts: [...new Set(sources.map(keyOf))].sort(), ...own };
  const other = state && difference(state.of, identity);
  if (other !== undefined) {
    throw new Failure('local', `${statePath} is of ${other}`, {
      hint: 'Use another --out, or write everything anew with --reset-state',
    });
  }
  const asked = run.query.since ?? null;
  const start = state === undefined ? asked : state.start;
  if (start !== null && (asked === null || asked < start)) {
    throw new Failure('local', `${statePath} is of an export that began at ${start}`, {
      hint: 'Begin earlier with --reset-state, which writes everything anew',
    });
  }
  const settings = { lookback, now: context.runtime.now(), remembers };
  const increments = new Map(identity.accounts.map((key) => [key, resume(state?.sources[key], settings)]));
  return { state, identity, increments, start };
};

const statesOf = (increments: ReadonlyMap<string, Increment>): ExportState['sources'] =>
  Object.fromEntries([...increments].map(([key, increment]) => [key, increment.next().state]));

/** Takes note of what each source lists, also of what another one lists too. */
const updating =
  (increments: ReadonlyMap<string, Increment>) =>
  (source: Source, rows: readonly Recording[]): void => {
    const increment = increments.get(keyOf(source));
    for (const row of rows) increment?.take(row);
  };

/** An account's API, whatever its profile is called. */
const keyOf = ({ definition, account }: Source): string =>
  [
    definition.vendor.name,
    definition.api,
    account?.login[0],
    // A server inside this process is at another port each time.
    account?.direct === true ? 'demo' : account?.origin,
  ].join(' ');

import {
  type Destination,
  fileFormats,
  isByTime,
  parseDestination,
  pathBelow,
  STATE_ENDING,
} from '../../core/export/destination.ts';
import { Failure } from '../../core/failure.ts';
import { parseChoice } from '../../core/invalid-value.ts';
import type { Query } from '../../core/query.ts';
import { parseDurationFlag } from '../../core/time.ts';
import { absolutePath } from '../../system/files/export/export-state.ts';
import type { Context } from '../shared/context.ts';
import { checkPaths, durationOption, readQuery } from '../shared/options.ts';
import { callFieldsOf, readOutput, readSortedFields } from '../shared/output.ts';
import { checkExportOutputs } from './outputs.ts';
import { DEFAULT_LOOKBACK, type ExportOptions, type ExportRun, type Incremental } from './types.ts';

/** Reads the flags of an export to files. Throws a usage failure. */
export const readExportRun = async (
  out: string,
  options: ExportOptions,
  { query, limit, order }: Pick<ExportRun, 'limit' | 'order'> & { readonly query: Query },
  context: Context,
): Promise<ExportRun> => {
  checkTargets(out, options, context);
  const chosen = options.output?.replace(/^jsonl$/i, 'ndjson');
  const format = chosen === undefined ? undefined : parseChoice('--output', chosen, fileFormats);
  const destination = parseDestination(out, format, options.excel === true ? 'csv' : undefined);
  const { view } = await readOutput({ ...options, output: destination.format }, context);
  if (limit !== undefined && (destination.template !== undefined || options.incremental === true)) {
    throw new Failure('usage', '--limit would leave the files incomplete', { hint: 'Use --since, or omit --limit' });
  }
  if (order !== undefined && options.incremental === true) {
    throw new Failure('usage', '--incremental and --sort cannot be used together', {
      hint: 'An incremental export adds rows as they come; omit --sort',
    });
  }
  const sortedBy = await readSortedFields(options);
  const run: ExportRun = {
    destination,
    limit,
    order,
    waitMilliseconds: durationOption('--wait', options.wait) ?? 0,
    view: { ...view, terminal: false },
    chosen: {
      fields: options.fields !== undefined,
      calls: options.withCalls === true,
      zone: context.settings.zone !== undefined,
    },
    callFields: callFieldsOf(options, [...sortedBy, ...(destination.template?.keys ?? [])]).callFields ?? [],
    freshQuery: () => readQuery(options, context),
    incremental: readIncremental(options, query, destination),
  };
  await checkExportOutputs(run, options, context.runtime);
  return run;
};

const checkTargets = (out: string, { state, summary }: ExportOptions, { runtime }: Context): void => {
  checkPaths({ '--out': out, '--state': state, '--summary': summary }, runtime);
  if (out.startsWith('~/'))
    throw new Failure('usage', '--out: a shell expands ~ only without quotes', { hint: 'Use "$HOME/…" instead' });
  if (out === '-')
    throw new Failure('usage', '--out does not accept -', { hint: 'Omit --out to write to standard output' });
};

const readIncremental = (options: ExportOptions, query: Query, destination: Destination): Incremental | undefined => {
  if (options.incremental !== true) {
    const [flag] =
      Object.entries({
        '--state': options.state,
        '--lookback': options.lookback,
        '--reset-state': options.resetState,
      }).find(([, value]) => value !== undefined) ?? [];
    if (flag !== undefined) throw new Failure('usage', `${flag} requires --incremental`);
    return undefined;
  }
  if (query.until !== undefined)
    throw new Failure('usage', '--incremental and --until cannot be used together', {
      hint: "Omit --until: an incremental export reaches to the present. One file a month: --out 'calls-{year}-{month}.csv'",
    });
  if (destination.template !== undefined && !isByTime(destination)) {
    throw new Failure('usage', '--incremental requires {year} in --out', {
      hint: "Name the files by time: 'calls-{year}-{month}-{day}.csv'",
    });
  }
  const { since: _since, ...filters } = query;
  const { folder, name } = destination;
  return {
    statePath: options.state ?? pathBelow(folder, name + STATE_ENDING),
    lookback: parseDurationFlag('--lookback', options.lookback ?? DEFAULT_LOOKBACK),
    reset: options.resetState === true,
    identity: { filters, file: fileIdentity(destination, options.state !== undefined) },
  };
};

/** A state file elsewhere is tied to an absolute path; one beside its data can move with it. */
const fileIdentity = ({ folder, stem, extension, format, gzip }: Destination, elsewhere: boolean): string =>
  [elsewhere ? absolutePath(pathBelow(folder, stem)) : stem, extension, format, gzip].join(' ');

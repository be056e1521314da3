import { pathBelow } from '../../core/export/destination.ts';
import { exitCode, failureOf } from '../../core/failure.ts';
import { plural } from '../../core/text/sanitize.ts';
import { noteCallers, tellCallers } from '../access/caller-note.ts';
import { queriedText, tellPeriod, withoutRefused } from '../access/queried.ts';
import type { Context } from '../shared/context.ts';
import { withDeadline } from '../shared/deadline.ts';
import { readLimit, readQuery, readSort } from '../shared/options.ts';
import { checkSummary, tellZoneOfNames, writeSummary } from '../shared/output-files.ts';
import { whileQuerying } from '../shared/progress.ts';
import type { Source } from '../shared/source.ts';
import { profileNames, withSources } from '../shared/sources.ts';
import { queriedSources } from '../shared/unsupported-filters.ts';
import { readExportRun } from './read-run.ts';
import { exportToFiles } from './to-files.ts';
import { exportToStdout } from './to-stdout.ts';
import { type ExportCounts, type ExportOptions, type ExportRun, nothingExported } from './types.ts';

/** Exports, and writes the counts with `--summary`. */
export const runExport = async (options: ExportOptions, context: Context): Promise<void> => {
  const { runtime, log } = context;
  const query = readQuery(options, context);
  const limit = readLimit(options.limit);
  const order = await readSort(options);
  if (options.out === undefined) return exportToStdout(options, limit, order, context);
  const run = await readExportRun(options.out, options, { query, limit, order }, context);
  await checkSummary(options.summary);
  const exported: ExportCounts = { ...nothingExported };
  noteCallers(context, options);
  const started = performance.now();
  let queried: readonly Source[] = [];
  const failure = await failureOf(() =>
    withDeadline(undefined, context, (stop) =>
      withSources(
        options,
        context,
        async (sources) => {
          queried = queriedSources(
            await whileQuerying(profileNames(sources), context, () => exportToFiles(run, sources, context, exported)),
            query,
          );
        },
        { stop: stop.signal, opensUnused: run.incremental !== undefined },
      ),
    ),
  );
  if (options.summary !== undefined) {
    const seconds = Math.round(performance.now() - started) / 1000;
    const code = failure === undefined ? 0 : exitCode(failure.kind);
    const { rows, written, ...others } = exported;
    await writeSummary(options.summary, { rows, files: written.length, ...others, seconds, exit_code: code }, context);
  }
  if (failure !== undefined) throw failure;
  if (!runtime.err.isTTY) return;
  const where = exported.rows === 0 ? queriedText(withoutRefused(queried)) : undefined;
  log.info(summaryLine(options.out, run, exported), where);
  if (exported.rows > 0) tellPeriod(query, context);
  tellCallers(context);
  if (options.excel === true) log.info('Phone numbers are text for spreadsheets: a tab stands before each');
  if (run.destination.template !== undefined) tellZoneOfNames(run.destination.template, context);
};

/** How many rows are where. */
const summaryLine = (out: string, { destination }: ExportRun, { rows, written, pending }: ExportCounts): string => {
  const later = pending === 0 ? '' : `; ${pending} not final yet, a later run adds them`;
  if (written.length === 0) return `nothing new for ${out}${later}`;
  const [first = out, ...others] = written.map((name) => pathBelow(destination.folder, name)).sort();
  const last = others.at(-1);
  const place = last === undefined ? first : `${plural(written.length, 'file')}, ${first} to ${last}`;
  return `exported ${plural(rows, 'recording')} to ${destination.template === undefined ? out : place}${later}`;
};

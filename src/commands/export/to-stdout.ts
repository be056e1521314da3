import { Failure, failureOf } from '../../core/failure.ts';
import { drain } from '../../core/sink.ts';
import type { RowOrder } from '../../core/sort/sort.ts';
import { streamSink } from '../../system/terminal/streams.ts';
import { noteCallers, tellCallers } from '../access/caller-note.ts';
import { openRowNote, tellNothingFound, tellPeriod } from '../access/queried.ts';
import type { Context } from '../shared/context.ts';
import { listSources, type RowLimit } from '../shared/list-sources.ts';
import { readQuery } from '../shared/options.ts';
import {
  callFieldsOf,
  readOutput,
  readSortedFields,
  showsLinks,
  showsRaw,
  tellJson,
  viewOf,
} from '../shared/output.ts';
import { hasRest, whileQuerying } from '../shared/progress.ts';
import { profileNames, withSources } from '../shared/sources.ts';
import { queriedSources } from '../shared/unsupported-filters.ts';
import type { ExportOptions } from './types.ts';

/** Writes every matching recording to standard output. */
export const exportToStdout = async (
  options: ExportOptions,
  limit: RowLimit | undefined,
  order: RowOrder | undefined,
  context: Context,
): Promise<void> => {
  const { runtime } = context;
  const forFiles = ['incremental', 'state', 'lookback', 'resetState', 'wait', 'summary'] as const;
  const unsupported = forFiles.find((key) => options[key] !== undefined);
  if (unsupported !== undefined) {
    const flag = unsupported.replace(/[A-Z]/, (letter) => `-${letter.toLowerCase()}`);
    throw new Failure('usage', `--${flag} requires --out`);
  }
  const output = await readOutput(options, context);
  const { name, format } = output;
  await withSources(options, context, async (sources) => {
    const sortedBy = await readSortedFields(options);
    const query = {
      ...readQuery(options, context),
      ...callFieldsOf(options, sortedBy),
      needsMediaLinks: showsLinks(output.view),
    };
    const view = await viewOf(output, queriedSources(sources, query), query, options.sort);
    const found = openRowNote();
    const { note: onListed } = found;
    const rows = listSources(sources, query, limit, context, { order, needsRaw: showsRaw(view), onListed });
    noteCallers(context, options);
    const failure = await failureOf(() =>
      whileQuerying(profileNames(sources), context, () => drain(format(rows, view), streamSink(runtime.out))),
    );
    if (failure !== undefined && !hasRest(failure, found.isEmpty)) throw failure;
    if (found.isEmpty) tellNothingFound(queriedSources(sources, query), query, name === 'table', context);
    else tellPeriod(query, context);
    tellCallers(context);
    if (failure !== undefined) throw failure;
  });
  tellJson(options, context);
};

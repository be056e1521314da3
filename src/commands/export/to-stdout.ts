import { Failure } from '../../core/failure.ts';
import { type Batches, take } from '../../core/listing.ts';
import type { Recording } from '../../core/recording.ts';
import { drain } from '../../core/sink.ts';
import { streamSink } from '../../system/terminal/streams.ts';
import type { Context } from '../shared/context.ts';
import { listSources } from '../shared/list-sources.ts';
import { readQuery } from '../shared/options.ts';
import { readOutput, showsLinks } from '../shared/output.ts';
import { withSources } from '../shared/sources.ts';
import type { ExportOptions } from './types.ts';

/** Writes every matching recording to standard output. */
export const exportToStdout = async (
  options: ExportOptions,
  limit: number | undefined,
  context: Context,
): Promise<void> => {
  const forFiles = ['incremental', 'state', 'lookback', 'resetState', 'wait', 'summary'] as const;
  const unsupported = forFiles.find((key) => options[key] !== undefined);
  if (unsupported !== undefined) {
    const flag = unsupported.replace(/[A-Z]/, (letter) => `-${letter.toLowerCase()}`);
    throw new Failure('usage', `--${flag} requires --out`);
  }
  const { format, view } = await readOutput(options, context);
  await withSources(options, context, async (sources) => {
    const bounded = {
      ...readQuery(options, context),
      needsMediaLinks: showsLinks(view),
      ...(limit === undefined ? {} : { maxRows: limit }),
    };
    const rows: Batches<Recording> = listSources(sources, bounded, undefined, context);
    await drain(format(limit === undefined ? rows : take(rows, limit), view), streamSink(context.runtime.out));
  });
};

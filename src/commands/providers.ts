import { singleBatch } from '../core/listing.ts';
import type { ApiDefinition } from '../core/provider.ts';
import { filters } from '../core/query.ts';
import { drain } from '../core/sink.ts';
import type { Column } from '../core/view.ts';
import { definitions } from '../providers/index.ts';
import { streamSink } from '../system/terminal/streams.ts';
import { type Define, examples } from './shared/context.ts';
import { addFormatOption, readPlainOutput } from './shared/output.ts';

/** The facts about each API. The table in the README has the same columns. */
export const providerColumns: readonly Column<ApiDefinition>[] = [
  { key: 'provider', title: 'Provider', value: ({ vendor }) => vendor.name, rank: 0 },
  { key: 'api', title: 'API', value: ({ api }) => api, rank: 1 },
  {
    key: 'filters',
    title: 'Server-side filters',
    value: ({ serverFilters }) => serverFilters.map((key) => filters[key].flag),
    rank: 3,
  },
  { key: 'page_size', title: 'Page size', value: ({ pageSize }) => pageSize, rank: 4 },
  { key: 'formats', title: 'Formats', value: ({ formats }) => formats, rank: 2 },
  { key: 'limits', title: 'Limits', value: ({ limitsText }) => limitsText, rank: 6 },
  {
    key: 'credentials',
    title: 'Credentials',
    value: ({ vendor }) => vendor.fields.map(({ key }) => key),
    rank: 5,
  },
  {
    key: 'environment',
    title: 'Environment',
    value: ({ vendor }) => vendor.fields.map(({ variable }) => variable),
    rank: 7,
  },
];

export const define: Define = (command, start) => {
  addFormatOption(command)
    .addHelpText(
      'after',
      examples(['recx providers', 'recx providers -o json', "recx providers -o json | jq '.[].api'"]),
    )
    .action(async (options: { readonly output?: string }) => {
      const context = start();
      const { format, view } = await readPlainOutput(options, providerColumns, context);
      await drain(format(singleBatch(definitions), { ...view, cards: true }), streamSink(context.runtime.out));
    });
};

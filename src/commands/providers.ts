import { singleBatch } from '../core/listing.ts';
import type { ApiDefinition } from '../core/provider.ts';
import { filters } from '../core/query.ts';
import { drain } from '../core/sink.ts';
import type { Column, View } from '../core/view.ts';
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
    wraps: true,
  },
  { key: 'page_size', title: 'Page size', value: ({ pageSize }) => pageSize, rank: 4 },
  { key: 'formats', title: 'Formats', value: ({ formats }) => formats, rank: 2 },
  { key: 'limits', title: 'Limits', value: ({ limitsText }) => limitsText, rank: 6, wraps: true },
  {
    key: 'credentials',
    title: 'Credentials',
    value: ({ vendor }) => vendor.fields.map(({ key }) => key),
    rank: 5,
    wraps: true,
  },
  {
    key: 'environment',
    title: 'Environment',
    value: ({ vendor }) => vendor.fields.map(({ variable }) => variable),
    rank: 7,
    wraps: true,
  },
  {
    key: 'call_filters',
    title: 'Filters on calls',
    value: ({ callFilters }) => callFilters.map((key) => filters[key].flag),
    rank: 4.5,
    wraps: true,
  },
];

/** A terminal without room for the columns up to this rank shows each API as a card. */
const LAST_NEEDED_RANK = 4;

const neededWidth = async (view: View<ApiDefinition>): Promise<number> => {
  const { fitColumns, totalWidth } = await import('../formats/table/column-widths.ts');
  const columns = providerColumns.filter(({ rank = 0 }) => rank <= LAST_NEEDED_RANK);
  return totalWidth(fitColumns(definitions, { ...view, columns, width: undefined }, undefined));
};

export const define: Define = (command, start) => {
  addFormatOption(command)
    .addHelpText(
      'after',
      examples(['recx providers', 'recx providers -o json', "recx providers -o json | jq '.[].api'"]),
    )
    .action(async (options: { readonly output?: string }) => {
      const context = start();
      const { name, format, view } = await readPlainOutput(options, providerColumns, context);
      const cards = name === 'table' && view.width !== undefined && view.width < (await neededWidth(view));
      await drain(format(singleBatch(definitions), { ...view, cards }), streamSink(context.runtime.out));
    });
};

import type { Command } from 'commander';
import { everyColumn, recordingColumns } from '../../core/call-columns.ts';
import { everyCallField, fieldsOfCalls } from '../../core/calls/fields.ts';
import { columns, mediaUrlColumn, rawColumn } from '../../core/columns.ts';
import { Failure } from '../../core/failure.ts';
import { parseChoice } from '../../core/invalid-value.ts';
import type { Query } from '../../core/query.ts';
import type { Recording } from '../../core/recording.ts';
import { fieldKey } from '../../core/text/field-names.ts';
import { zoneName } from '../../core/time/zone.ts';
import { type Column, chooseColumns, type Format, type View } from '../../core/view.ts';
import { type FormatName, formatNames, formats } from '../../formats/index.ts';
import { appendValue, type Context } from './context.ts';
import type { Source } from './source.ts';

/** The flags for the format and its details. */
export interface ShapeOptions {
  readonly output?: string;
  readonly header?: boolean;
  readonly csvRaw?: boolean;
  readonly excel?: boolean;
}

/** The flags for the output of recordings. */
export interface OutputOptions extends ShapeOptions {
  readonly fields?: readonly string[];
  readonly urls?: boolean;
  readonly raw?: boolean;
  readonly withCalls?: boolean;
}

export const addFormatOption = (command: Command): Command =>
  command.option(
    '-o, --output <format>',
    `output format: ${formatNames.join(', ')} (default: table on a terminal, json in a pipe)`,
  );

export const addOutputOptions = (command: Command): Command =>
  addShapeOptions(
    addFormatOption(command)
      .option(
        '--fields <keys>',
        'fields to show, in this order, e.g. id,from,created_at; all for every one (repeatable, or commas)',
        appendValue,
      )
      .option('--urls', 'add media_url; treat such links as secrets')
      .option('--raw', "add raw, the provider's object as received (json, ndjson)"),
  );

/** The flags that change how a format is written, not which fields. */
export const addShapeOptions = (command: Command): Command =>
  command
    .option('--no-header', 'omit the header of tables, CSV and TSV')
    .option('--csv-raw', 'do not escape CSV and TSV cells that look like formulas')
    .option('--excel', 'CSV for spreadsheets: byte order mark, CRLF, local dates, phone numbers as text');

export interface Output<Row> {
  readonly name: FormatName;
  readonly format: Format;
  readonly view: View<Row>;
}

/**
 * Says to a person that the output, which is in a file or a pipe, became JSON without being asked for, and that its keys have one
 * name each, unlike in flags: programs such as jq take any other for a value that is missing.
 */
export const tellJson = (options: ShapeOptions, context: Context): void => {
  const { runtime, log, settings } = context;
  const { output, excel, csvRaw } = options;
  if (!runtime.err.isTTY || runtime.out.isTTY || excel === true || csvRaw === true) return;
  if (output === undefined && !runtime.env.RECX_OUTPUT) {
    // docker ps -q
    if (settings.quiet) log.error(new Failure('partial', 'wrote JSON; for ids alone: -o csv --fields id --no-header'));
    log.info('wrote JSON, since the output is not a terminal; -o table, -o csv and -o tsv are lines of text');
  }
  if (['json', 'ndjson'].includes(namedFormat(output, context)))
    log.info('keys are those of recx help fields, such as duration_seconds and created_at');
};

/** The format and view of recordings. Throws a usage failure. */
export const readOutput = async (
  options: OutputOptions,
  context: Context,
  single = false,
  cards = false,
): Promise<Output<Recording>> => {
  const name = formatName(options, context);
  const view = baseView(options, shownColumns(options, name, cards), context);
  return {
    name,
    format: await openFormat(name, cards),
    view: { ...view, single, cards, fieldsChosen: options.fields !== undefined },
  };
};

/** The view of a query's recordings: the columns of a table depend on sources, query and `--sort`, unless `--fields` has chosen them. */
export const viewOf = async (
  { name, view }: Output<Recording>,
  sources: readonly Source[],
  query: Query,
  sort: readonly string[] | undefined,
): Promise<View<Recording>> => {
  if (name !== 'table' || view.cards) return view;
  const [{ tableColumns, withTableWidths }, { filteredColumns }] = await Promise.all([
    import('../../core/table/table-columns.ts'),
    import('../../core/table/places.ts'),
  ]);
  if (view.fieldsChosen) return { ...view, columns: withTableWidths(view.columns) };
  const sortedBy = await readSortedFields({ sort });
  const listed = sources.map(({ profile, definition, provider }) => ({
    profile,
    definition,
    ofCalls: fieldsOfCalls(query, provider, definition),
  }));
  const { kind: kinds, callFields } = query;
  return {
    ...view,
    columns: [
      ...tableColumns(listed, { kinds, sortedBy, filteredBy: filteredColumns(query), callFields }),
      ...view.columns,
    ],
  };
};

/** The fields that `--sort` compares; none without it. */
export const readSortedFields = async ({
  sort,
}: {
  readonly sort?: readonly string[] | undefined;
}): Promise<readonly string[]> =>
  sort === undefined ? [] : (await import('../../core/sort/sort.ts')).sortedFields(sort);

/**
 * The fields of a query that may have to be read from calls: all with `--with-calls`, else those that the user names, `fields` and
 * `others`, such as the keys of `--sort`.
 */
export const callFieldsOf = (
  { withCalls, fields = [] }: Pick<OutputOptions, 'withCalls' | 'fields'>,
  others: readonly string[] = [],
): Pick<Query, 'callFields'> => {
  if (withCalls === true) return { callFields: everyCallField };
  const named = [...fields.flatMap((list) => list.split(',')).map(fieldKey), ...others];
  const callFields = everyCallField.filter((field) => named.includes(field));
  return callFields.length === 0 ? {} : { callFields };
};

/** Whether media links are printed. */
export const showsLinks = ({ columns: shown }: View<Recording>): boolean => shown.includes(mediaUrlColumn);

/** Whether the provider's objects are printed. */
export const showsRaw = ({ columns: shown }: View<Recording>): boolean => shown.includes(rawColumn);

/** The format and view of rows other than recordings, such as profiles. Throws a usage failure. */
export const readPlainOutput = async <Row>(
  options: ShapeOptions,
  shown: readonly Column<Row>[],
  context: Context,
): Promise<Output<Row>> => {
  const name = formatName(options, context);
  return { name, format: await openFormat(name), view: baseView(options, shown, context) };
};

/** The first rows of a table wait for each other, since the columns are as wide as these need. */
const openFormat = async (name: FormatName, cards = false): Promise<Format> => {
  const format = await formats[name]();
  if (name !== 'table' || cards) return format;
  const { gatherRows } = await import('../../system/terminal/gather-rows.ts');
  return (batches, view) => format(gatherRows(batches), view);
};

const baseView = <Row>(
  options: ShapeOptions,
  shown: readonly Column<Row>[],
  { runtime, settings }: Context,
): View<Row> => ({
  columns: shown,
  header: options.header !== false,
  single: false,
  cards: false,
  fieldsChosen: false,
  width: runtime.out.isTTY && runtime.out.columns ? runtime.out.columns : undefined,
  colour: settings.colour,
  terminal: runtime.out.isTTY,
  guard: options.csvRaw !== true,
  excel: options.excel === true,
  dateZone: options.excel === true ? zoneName(settings.zone) : undefined,
  zone: settings.zone,
});

const formatName = ({ output, excel, csvRaw, header }: ShapeOptions, context: Context): FormatName => {
  const name = namedFormat(excel === true ? (output ?? 'csv') : output, context);
  const needs = (flag: string, given: boolean | undefined, formats: readonly FormatName[]): void => {
    if (given !== true || formats.includes(name)) return;
    const hint = output === undefined ? `Add ${formats.map((format) => `-o ${format}`).join(' or ')}` : undefined;
    throw new Failure('usage', `${flag} requires ${formats.join(' or ')}, not ${name}`, { hint });
  };
  needs('--excel', excel, ['csv']);
  needs('--csv-raw', csvRaw, ['tsv', 'csv']);
  needs('--no-header', header === false, ['table', 'tsv', 'csv']);
  return name;
};

const namedFormat = (output: string | undefined, { runtime }: Context): FormatName => {
  const chosen = output ?? runtime.env.RECX_OUTPUT;
  if (chosen === undefined || (chosen === '' && output === undefined)) return runtime.out.isTTY ? 'table' : 'json';
  if (chosen.toLowerCase() === 'jsonl') return 'ndjson';
  return parseChoice(output === undefined ? 'RECX_OUTPUT' : '--output', chosen, formatNames);
};

const shownColumns = (options: OutputOptions, name: FormatName, cards: boolean): readonly Column<Recording>[] => {
  const usual = options.withCalls === true ? recordingColumns : columns;
  // Those of a table depend on the sources, which are not known yet.
  const defaults = name === 'table' && !cards ? [] : usual;
  const chosen = options.fields === undefined ? defaults : chooseColumns(options.fields, everyColumn, usual);
  const shown = [
    ...chosen,
    ...(options.urls === true && !chosen.includes(mediaUrlColumn) ? [mediaUrlColumn] : []),
    ...(options.raw === true && !chosen.includes(rawColumn) ? [rawColumn] : []),
  ];
  if (shown.includes(rawColumn) && name !== 'json' && name !== 'ndjson') {
    throw new Failure('usage', `raw objects cannot be written as ${name}`, { hint: 'Use -o json or -o ndjson' });
  }
  return shown;
};

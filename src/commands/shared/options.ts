import { type Command, Option } from 'commander';
import { columns, mediaUrlColumn, rawColumn, tableOrder } from '../../core/columns.ts';
import { Failure } from '../../core/failure.ts';
import { choice, durationFlag, type FilterKey, filterKeys, filters, parseQuery, type Query } from '../../core/query.ts';
import type { Recording } from '../../core/recording.ts';
import { type Column, chooseColumns, type Format, type View } from '../../core/view.ts';
import { type FormatName, formatNames, formats } from '../../formats/index.ts';
import { regularFileExists } from '../../system/files/export-state.ts';
import { writeWhole } from '../../system/files/write-file.ts';
import { streamSink } from '../../system/terminal/streams.ts';
import type { Context } from './context.ts';

export interface AccountOptions {
  readonly profile?: readonly string[];
  readonly allProfiles?: boolean;
  readonly provider?: string;
  readonly api?: readonly string[];
}

export interface ShapeOptions {
  readonly output?: string;
  readonly header?: boolean;
  readonly csvRaw?: boolean;
  readonly excel?: boolean;
}

export interface OutputOptions extends ShapeOptions {
  readonly fields?: string;
  readonly urls?: boolean;
  readonly raw?: boolean;
}

export type FilterOptions = Partial<Record<FilterKey, string>>;

export const addAccountOptions = (command: Command): Command =>
  command
    .option('-p, --profile <name>', 'ask this profile (repeatable)', appendValue)
    .option('--all-profiles', 'ask every stored profile')
    .option('--provider <name>', "use the environment's credentials of this provider")
    .addOption(new Option('--api <name>', 'ask this API of the provider, or all (repeatable)').argParser(appendValue));

export const addFilterOptions = (command: Command): Command => {
  for (const key of filterKeys) {
    const { flag, value, help } = filters[key];
    command.option(`${flag} <${value}>`, help);
  }
  return command;
};

export const addFormatOption = (command: Command): Command =>
  command.option('-o, --output <format>', `${formatNames.join(', ')} (default: table on a terminal, json in a pipe)`);

export const addOutputOptions = (command: Command): Command =>
  addShapeOptions(
    addFormatOption(command)
      .option('--fields <keys>', 'which fields, in this order: id,from,created_at')
      .option('--urls', 'add media_url; such links are often secrets')
      .option('--raw', "add raw, the provider's own object (json, ndjson)"),
  );

/** The flags that concern how a format writes, not what. */
export const addShapeOptions = (command: Command): Command =>
  command
    .option('--no-header', 'no header line in tables and CSV')
    .option('--csv-raw', 'leave CSV cells as they are, also those a spreadsheet would run')
    .option('--excel', 'CSV for spreadsheets: byte order mark, CRLF, phone numbers kept as text');

export const readQuery = (options: FilterOptions, { runtime, settings }: Context): Query =>
  parseQuery(options, { now: runtime.now(), zone: settings.zone });

export interface Output<Row> {
  readonly name: FormatName;
  readonly format: Format;
  readonly view: View<Row>;
}

/** Format and view of recordings. */
export const readOutput = async (
  options: OutputOptions,
  context: Context,
  single = false,
  cards = false,
): Promise<Output<Recording>> => {
  const name = formatName(options, context);
  const view = plainView(options, shownColumns(options, name, cards), context);
  return {
    name,
    format: await formats[name](),
    view: { ...view, single, cards, chosen: options.fields !== undefined },
  };
};

/** Whether the links to the media will be shown. */
export const showsLinks = ({ columns: shown }: View<Recording>): boolean => shown.includes(mediaUrlColumn);

/** Format and view of anything else that is printed as rows. */
export const readPlainOutput = async <Row>(
  options: ShapeOptions,
  shown: readonly Column<Row>[],
  context: Context,
): Promise<Output<Row>> => {
  const name = formatName(options, context);
  return { name, format: await formats[name](), view: plainView(options, shown, context) };
};

const plainView = <Row>(
  options: ShapeOptions,
  shown: readonly Column<Row>[],
  { runtime, settings }: Context,
): View<Row> => ({
  columns: shown,
  header: options.header !== false,
  single: false,
  cards: false,
  chosen: false,
  width: runtime.out.isTTY && runtime.out.columns ? runtime.out.columns : undefined,
  colour: settings.colour,
  terminal: runtime.out.isTTY,
  guard: options.csvRaw !== true,
  excel: options.excel === true,
  zone: settings.zone,
});

const formatName = ({ output, excel }: ShapeOptions, context: Context): FormatName => {
  const name = namedFormat(excel === true ? (output ?? 'csv') : output, context);
  if (excel === true && name !== 'csv') throw new Failure('usage', `--excel is for csv, not for ${name}`);
  return name;
};

const namedFormat = (output: string | undefined, { runtime }: Context): FormatName => {
  const chosen = output ?? runtime.env.RECX_OUTPUT;
  if (chosen === undefined || (chosen === '' && output === undefined)) return runtime.out.isTTY ? 'table' : 'json';
  if (chosen.toLowerCase() === 'jsonl') return 'ndjson';
  return choice(output === undefined ? 'RECX_OUTPUT' : '--output', chosen, formatNames);
};

const shownColumns = (options: OutputOptions, name: FormatName, cards: boolean): readonly Column<Recording>[] => {
  const every = [...columns, mediaUrlColumn, rawColumn];
  const usual = name === 'table' && !cards ? tableOrder(columns.filter(({ rank }) => rank !== undefined)) : columns;
  const chosen = options.fields === undefined ? usual : chooseColumns(options.fields, every);
  const shown = [
    ...chosen,
    ...(options.urls === true && !chosen.includes(mediaUrlColumn) ? [mediaUrlColumn] : []),
    ...(options.raw === true && !chosen.includes(rawColumn) ? [rawColumn] : []),
  ];
  if (shown.includes(rawColumn) && name !== 'json' && name !== 'ndjson') {
    throw new Failure('usage', `raw objects do not fit into ${name}`, { hint: 'Use -o json or -o ndjson' });
  }
  return shown;
};

/** Gathers the values of a repeatable flag. */
export const appendValue = (value: string, before: readonly string[] = []): readonly string[] => [...before, value];

/** Fails early where the counts of a run could not be written at its end. */
export const checkSummary = async (to: string | undefined): Promise<void> => {
  if (to !== undefined && to !== '-') await regularFileExists(to);
};

/** Writes the counts of a run for scripts, to a file or to standard output. */
export const writeSummary = async (to: string, summary: unknown, { runtime }: Context): Promise<void> => {
  const text = `${JSON.stringify(summary, null, 2)}\n`;
  await (to === '-' ? streamSink(runtime.out).write(text) : writeWhole(to, text));
};

/** Milliseconds of a flag that a timer can count. */
export const durationOption = (flag: string, text: string | undefined): number | undefined => {
  const read = text === undefined ? undefined : durationFlag(flag, text);
  if (read === 0 || (read ?? 0) > LONGEST) throw new Failure('usage', `${flag} must be between 1ms and 24d`);
  return read;
};

const LONGEST = 24 * 86_400_000;

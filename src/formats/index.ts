import type { Format, Pieces, View } from '../core/view.ts';

/** The output formats by their names in `-o`, each loaded at first use. */
export const formats: Readonly<Record<FormatName, () => Promise<Format>>> = {
  table: async () => (await import('./table/table.ts')).table,
  json: async () => (await import('./json.ts')).json,
  ndjson: async () => (await import('./json.ts')).ndjson,
  csv: async () => (await import('./csv.ts')).csv,
  tsv: async () => (await import('./tsv.ts')).tsv,
};

/** The formats that can be written in parts, for exports to files. */
export const piecesOf = {
  json: async <Row>(view: View<Row>): Promise<Pieces<Row>> => (await import('./json.ts')).jsonPieces(view),
  ndjson: async <Row>(view: View<Row>): Promise<Pieces<Row>> => (await import('./json.ts')).ndjsonPieces(view),
  csv: async <Row>(view: View<Row>): Promise<Pieces<Row>> => (await import('./csv.ts')).csvPieces(view),
  tsv: async <Row>(view: View<Row>): Promise<Pieces<Row>> => (await import('./tsv.ts')).tsvPieces(view),
};

/** A description of each format, for the README. */
export const formatHelp: Readonly<Record<FormatName, string>> = {
  table: 'aligned columns for a terminal, times in local time; `get` shows each field on its own line',
  json: 'an array with one recording per line (`wc -l` counts them), written as pages arrive; `get` with one id prints an object',
  ndjson: 'one JSON object per line; `jsonl` is an alias',
  csv: 'RFC 4180, UTF-8, with a header of field names',
  tsv: 'tab-separated, UTF-8, with a header; a row is always one line: `\\t`, `\\n`, `\\r` and `\\\\` in values are escapes',
};

export const formatNames = ['table', 'json', 'ndjson', 'csv', 'tsv'] as const;
export type FormatName = (typeof formatNames)[number];

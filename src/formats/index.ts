import type { Format, Pieces, View } from '../core/view.ts';

/** Every output format, by the name that `-o` takes, loaded when it is used. */
export const formats: Readonly<Record<FormatName, () => Promise<Format>>> = {
  table: async () => (await import('./table/table.ts')).table,
  json: async () => (await import('./json.ts')).json,
  ndjson: async () => (await import('./json.ts')).ndjson,
  csv: async () => (await import('./csv.ts')).csv,
};

/** The formats that files are made of, piece by piece. */
export const piecesOf = {
  json: async <Row>(view: View<Row>): Promise<Pieces<Row>> => (await import('./json.ts')).jsonPieces(view),
  ndjson: async <Row>(view: View<Row>): Promise<Pieces<Row>> => (await import('./json.ts')).ndjsonPieces(view),
  csv: async <Row>(view: View<Row>): Promise<Pieces<Row>> => (await import('./csv.ts')).csvPieces(view),
};

/** What each format is, for the documentation. */
export const formatHelp: Readonly<Record<FormatName, string>> = {
  table: 'aligned columns for a terminal, in local time; `get` shows every field on a line of its own',
  json: 'an array, one recording a line, written as the pages arrive; `get` of one id gives an object',
  ndjson: 'an object a line; `jsonl` is the same',
  csv: 'RFC 4180, UTF-8, a header of field names',
};

export const formatNames = ['table', 'json', 'ndjson', 'csv'] as const;
export type FormatName = (typeof formatNames)[number];

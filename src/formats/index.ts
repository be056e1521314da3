import type { Format } from '../core/view.ts';

/** Every output format, by the name that `-o` takes, loaded when it is used. */
export const formats: Readonly<Record<FormatName, () => Promise<Format>>> = {
  table: async () => (await import('./table.ts')).table,
  json: async () => (await import('./json.ts')).json,
  ndjson: async () => (await import('./json.ts')).ndjson,
  csv: async () => (await import('./csv.ts')).csv,
};

export const formatNames = ['table', 'json', 'ndjson', 'csv'] as const;
export type FormatName = (typeof formatNames)[number];

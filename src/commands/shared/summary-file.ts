import { sanitizeJson } from '../../core/text/sanitize.ts';
import { regularFileExists } from '../../system/files/export/export-state.ts';
import { writeFileAtomically } from '../../system/files/write-file.ts';
import { streamSink } from '../../system/terminal/streams.ts';
import type { Context } from './context.ts';

/** Throws a `local` failure at the start of a run if its summary could not be written at the end. */
export const checkSummary = async (path: string | undefined): Promise<void> => {
  if (path !== undefined && path !== '-') await regularFileExists(path);
};

/** Writes the counts of a run as JSON, to a file or with `-` to standard output. */
export const writeSummary = async (path: string, summary: unknown, { runtime }: Context): Promise<void> => {
  const text = `${sanitizeJson(JSON.stringify(summary, null, 2))}\n`;
  await (path === '-' ? streamSink(runtime.out).write(text) : writeFileAtomically(path, text));
};

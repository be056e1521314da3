import { OtherForm, type RowReader } from '../../core/export/row-texts.ts';
import type { WrittenFile } from '../../core/export/state.ts';
import type { Increment } from '../../core/export/watermark.ts';
import { Failure } from '../../core/failure.ts';
import { CompactMap } from '../../core/hash/id-set.ts';
import type { Recording } from '../../core/recording.ts';
import type { Pieces } from '../../core/view.ts';
import { type Framing, findWritten } from '../../system/files/export/append.ts';
import { rowMark, rowsOfFile, unlistedRows, withRowsOf } from '../../system/files/export/export-rows.ts';
import type { ExportProgress } from './progress.ts';

interface ExistingFile {
  readonly path: string;
  readonly reader: RowReader;
  readonly zipped: boolean;
  readonly framing: Framing;
}

/** A file without a state that rows can be appended to; undefined if it is of another form or has no rows. */
export const readAppendable = async ({
  path,
  reader,
  zipped,
  framing,
}: ExistingFile): Promise<WrittenFile | undefined> => {
  let rows = 0;
  try {
    for await (const texts of rowsOfFile(path, reader, zipped))
      for (const text of texts) rows += reader.keyOf(text) ? 1 : 0;
  } catch (error) {
    if (error instanceof OtherForm) return undefined;
    throw error;
  }
  return rows > 0 ? findWritten(path, framing) : undefined;
};

/** The rows of a file that no state knows, such as that of a run without `--incremental`. */
export interface UnknownRows {
  /** Notes a recording of the list of this run. */
  note(row: Recording): void;
  /** Throws `local` unless every row was noted: a file that is replaced by the list then loses none. */
  assertAllListed(): void;
}

/** Reads the rows of a file without a state. Throws `local` if it is of another form. */
export const openUnknownRows = async (
  { path, reader, zipped }: ExistingFile,
  pieces: Pieces<Recording>,
): Promise<UnknownRows> => {
  const marks = new CompactMap();
  const markOf = (text: string): string => rowMark(reader.keyOf(text));
  let left = 0;
  try {
    for await (const texts of rowsOfFile(path, reader, zipped)) {
      for (const mark of texts.map(markOf)) marks.set(mark, (marks.get(mark) ?? 0) + 1);
      left += texts.length;
    }
  } catch (error) {
    if (!(error instanceof OtherForm)) throw error;
    throw new Failure('local', `${path} exists, and is not a complete export with these fields`, {
      hint: `Use another file with --out, or add --reset-state, which keeps the old file as ${path}.old`,
    });
  }
  return {
    note: (row) => {
      const mark = markOf(pieces.rows([row]));
      const count = marks.get(mark) ?? 0;
      if (count === 0) return;
      // Rows of equal text count one by one.
      const noted = reader.hasIds ? count : 1;
      marks.set(mark, count - noted);
      left -= noted;
    },
    assertAllListed: () => {
      if (left > 0) throw unlistedRows(path, left);
    },
  };
};

interface LookupSettings {
  /** The file stays and gets more rows. */
  readonly appends: boolean;
  readonly reset: boolean;
  readonly pieces: Pieces<Recording>;
}

/** Whether the file has the row of a recording that the state does not know, since its account is new or a clock was wrong. */
export const openExistingRows = async (
  { path, reader, zipped }: ExistingFile,
  { increments, state }: ExportProgress,
  { appends, reset, pieces }: LookupSettings,
): Promise<(row: Recording, increment: Increment) => boolean> => {
  // Without ids, rows of a new account can equal those of others.
  const isForgotten = reset || Object.keys(state?.sources ?? {}).length === 0;
  const isUncertain = ({ knowsAll, isNew }: Increment): boolean =>
    !knowsAll && (isForgotten || !isNew || reader.hasIds);
  if (!appends || ![...increments.values()].some(isUncertain)) return () => false;
  const marks = new CompactMap();
  const markOf = (text: string): string => rowMark(reader.keyOf(text));
  await withRowsOf(path, async () => {
    for await (const texts of rowsOfFile(path, reader, zipped))
      for (const mark of texts.map(markOf)) marks.set(mark, (marks.get(mark) ?? 0) + 1);
  });
  return (row, increment) => {
    if (!isUncertain(increment)) return false;
    const mark = markOf(pieces.rows([row]));
    const count = marks.get(mark) ?? 0;
    // Rows of equal text count one by one.
    if (count > 0 && !reader.hasIds) marks.set(mark, count - 1);
    return count > 0;
  };
};

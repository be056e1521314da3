import { columns } from '../../core/columns.ts';
import type { Recording } from '../../core/recording.ts';
import type { View } from '../../core/view.ts';
import { cellText } from '../../formats/table/column-widths.ts';

/** Recordings in the list, so that memory stays bounded however many an account has. */
export const MAX_ROWS = 20_000;

/** A recording in the list, without what is never shown, and the text that the filter searches. */
export interface BrowseRow {
  readonly recording: Recording;
  /** Unique in the list. */
  readonly key: string;
  readonly text: string;
}

/** The row of a recording. The object as received is dropped: it is the larger part, and its links may be secrets. */
export const rowOf = (recording: Recording, view: View<Recording>): BrowseRow => ({
  recording: { ...recording, raw: null, mediaUrl: null },
  key: `${recording.provider} ${recording.id}`,
  text: searchedColumns.map((column) => cellText(recording, column, view).toLowerCase()).join('\n'),
});

/** The columns that a wide table shows. */
const searchedColumns = columns.filter(({ rank }) => rank !== undefined);

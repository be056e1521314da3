import { columns } from '../../core/columns.ts';
import type { Recording } from '../../core/recording.ts';
import type { View } from '../../core/view.ts';
import { cellText } from '../../formats/table/column-widths.ts';

/** A recording in the list, without what is never shown, and the text that the filter looks through. */
export interface BrowseRow {
  readonly recording: Recording;
  /** Tells it from every other. */
  readonly key: string;
  readonly text: string;
}

/** A row of a recording. The object as received is dropped: it is the larger part, and its links may be secrets. */
export const rowOf = (recording: Recording, view: View<Recording>): BrowseRow => ({
  recording: { ...recording, raw: null, mediaUrl: null },
  key: `${recording.provider} ${recording.id}`,
  text: searchedColumns.map((column) => cellText(recording, column, view).toLowerCase()).join('\n'),
});

/** What a wide table would show. */
const searchedColumns = columns.filter(({ rank }) => rank !== undefined);

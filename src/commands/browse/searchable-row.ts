import { type Recording, recordingKey } from '../../core/recording.ts';
import { everyTableColumn } from '../../core/table/table-columns.ts';
import type { View } from '../../core/view.ts';
import { cellText } from '../../formats/table/column-widths.ts';

/** Maximum listed recordings, to bound memory. */
export const MAX_ROWS = 20_000;

/** A recording in the list, without fields that are never shown, and the text that the filter searches. */
export interface BrowseRow {
  readonly recording: Recording;
  /** Unique in the list. */
  readonly key: string;
  readonly text: string;
}

/** The row of a recording, without the raw object, which takes most memory, and the media link: links may be secrets. */
export const rowOf = (recording: Recording, view: View<Recording>): BrowseRow => ({
  recording: { ...recording, raw: null, mediaUrl: null },
  // Two accounts without an id in their rows are two profiles.
  key: `${recording.profile}\0${recordingKey(recording)}`,
  text: everyTableColumn.map((column) => cellText(recording, column, view).normalize('NFC').toLowerCase()).join('\n'),
});

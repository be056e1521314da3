import { callColumns, everyColumn } from '../../core/call-columns.ts';
import { columns, mediaUrlColumn, type RecordingColumn, rawColumn } from '../../core/columns.ts';
import type { ExportState } from '../../core/export/state.ts';
import type { Recording } from '../../core/recording.ts';
import type { View } from '../../core/view.ts';
import type { ExportRun } from './types.ts';

/** The fields of a run and what its state says of them. */
export interface Layout {
  readonly view: View<Recording>;
  /** Fields that are newer than the state and that its files do not have. */
  readonly newer: readonly string[];
  /** The fields to complete from calls. */
  readonly callFields: readonly string[];
}

/** The view of a run: without flags for fields and zone, that of the state. */
export const layoutOf = (
  { view, chosen, callFields }: Pick<ExportRun, 'view' | 'chosen' | 'callFields'>,
  state: ExportState | undefined,
): Layout => {
  if (state === undefined) return { view, newer: [], callFields };
  const stored = state.of.columns;
  const keys = stored.filter((key) => !key.startsWith('+'));
  const known = keys.flatMap((key) => columnOf(key) ?? []);
  // Links, raw objects and what calls say are a wish, too, if the state does not have them.
  const addsColumn = [...callColumns, mediaUrlColumn, rawColumn].some(
    (column) => view.columns.includes(column) && !keys.includes(column.key),
  );
  const continues = !chosen.fields && !addsColumn && known.length === keys.length;
  const zone = stored.find((key) => key.startsWith('+dateZone='))?.slice('+dateZone='.length);
  return {
    view: {
      ...view,
      ...(continues ? { columns: known } : {}),
      // A state of an older version has +excel without a zone: its files have RFC 3339 times.
      ...(view.excel && stored.includes('+excel') && (zone === undefined || !chosen.zone) ? { dateZone: zone } : {}),
    },
    newer: continues ? newerColumns(keys, state.lastColumn) : [],
    callFields: chosen.fields || chosen.calls ? callFields : [...new Set([...callFields, ...(state.of.calls ?? [])])],
  };
};

const columnOf = (key: string): RecordingColumn | undefined => everyColumn.find((column) => column.key === key);

/** Default columns after the last one that existed; columns are only appended. */
const newerColumns = (keys: readonly string[], lastColumn: string | undefined): readonly string[] => {
  const defaults = columns.map(({ key }) => key);
  const used = keys.filter((key) => defaults.includes(key));
  if (used.some((key, place) => key !== defaults[place])) return [];
  return defaults.slice(defaults.indexOf(lastColumn ?? used.at(-1) ?? '') + 1);
};

/** The last of the columns that exist now. */
export const lastColumn = columns.at(-1)?.key ?? '';

import type { Column, View } from '../../src/core/view.ts';

/** A view of columns as a file has it: no terminal, no width, formulas escaped. */
export const plainView = <Row>(columns: readonly Column<Row>[], more: Partial<View<Row>> = {}): View<Row> => ({
  columns,
  header: true,
  single: false,
  cards: false,
  fieldsChosen: false,
  width: undefined,
  colour: false,
  terminal: false,
  guard: true,
  excel: false,
  dateZone: undefined,
  zone: undefined,
  ...more,
});

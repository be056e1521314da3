import type { View } from '../../core/view.ts';

/**
 * Whether an option of a view changes the bytes of a file. A new option does not compile until it is listed here.
 * `terminal` is false for every file.
 */
export const changesBytes: Readonly<Record<Exclude<keyof View<never>, 'columns' | 'terminal'>, boolean>> = {
  header: true,
  guard: true,
  excel: true,
  dateZone: true,
  single: false,
  cards: false,
  fieldsChosen: false,
  width: false,
  colour: false,
  zone: false,
};

type OutputIdentity = Pick<View<never>, keyof typeof changesBytes> & {
  readonly columns: readonly { readonly key: string }[];
};

/** The fields and output options that must stay the same from one incremental run to the next, as the state names them. */
export const outputIdentity = (view: OutputIdentity): readonly string[] => [
  ...view.columns.map(({ key }) => key),
  ...(Object.keys(changesBytes) as (keyof typeof changesBytes)[]) // the keys of a literal
    .filter((key) => changesBytes[key] && view[key])
    .map((key) => (typeof view[key] === 'string' ? `+${key}=${view[key]}` : `+${key}`)),
];

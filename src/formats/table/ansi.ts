/** The SGR codes that turn a style on and off again. */
export type Style = readonly [on: number, off: number];

export const BOLD: Style = [1, 22];
export const DIM: Style = [2, 22];
export const INVERSE: Style = [7, 27];
export const RED: Style = [31, 39];
export const GREEN: Style = [32, 39];
export const YELLOW: Style = [33, 39];

/** A text in a style, if colour is enabled. */
export const paint = (text: string, [on, off]: Style, { colour }: { readonly colour: boolean }): string =>
  colour && text !== '' ? `\u001b[${on}m${text}\u001b[${off}m` : text;

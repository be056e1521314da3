/** Parses CSV as RFC 4180 defines it. */
export const parseCsv = (text: string): readonly (readonly string[])[] => {
  const rows: string[][] = [];
  for (const [, quoted, bare = '', end] of text.matchAll(/(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r?\n)/g)) {
    const row = rows.at(-1);
    const cell = quoted?.replaceAll('""', '"') ?? bare;
    if (row === undefined) rows.push([cell]);
    else row.push(cell);
    if (end !== ',') rows.push([]);
  }
  return rows.slice(0, -1);
};

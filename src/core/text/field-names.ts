/** Other names of fields. */
const otherNames: Readonly<Record<string, string>> = { caller: 'from', callee: 'to' };

/** The key of a field as typed: case does not count, nor `-` for `_`, and `caller` and `callee` are `from` and `to`. */
export const fieldKey = (typed: string): string => {
  const key = typed.trim().toLowerCase().replaceAll('-', '_');
  return Object.hasOwn(otherNames, key) ? (otherNames[key] ?? key) : key;
};

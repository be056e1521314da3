/**
 * The 32-bit FNV-1a hash of a text's UTF-8 bytes. Shards of downloads depend on the values, so they must never change.
 * Source: draft-eastlake-fnv.
 */
export const fnv1a = (text: string): number => {
  let hash = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(text)) hash = Math.imul(hash ^ byte, 0x01000193);
  return hash >>> 0;
};

/** Eight hexadecimal digits, to distinguish texts that give the same file name. */
export const shortHash = (text: string): string => fnv1a(text).toString(16).padStart(8, '0');

/**
 * The URL that a `Location` header leads to; undefined if it is none. Clients read each byte of a header as one character,
 * though servers mostly send UTF-8: the bytes beyond ASCII are percent-encoded as they are.
 */
export const resolveLocation = (location: string, from: URL): URL | undefined => {
  const escaped = location.replace(/[\x80-\xff]/g, (byte) => `%${byte.charCodeAt(0).toString(16).toUpperCase()}`);
  return URL.canParse(escaped, from.href) ? new URL(escaped, from) : undefined;
};

import { sanitize, sanitizeJson } from '../../core/text/sanitize.ts';

/** Escapes text for HTML, also within double quotes, so that it contains no markup and cannot reorder the page's text. */
export const escapeHtml = (text: string): string =>
  sanitize(text).replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);

/** JSON that cannot close its script element. */
export const embedJson = (value: unknown): string => sanitizeJson(JSON.stringify(value)).replaceAll('<', '\\u003c');

/** The hash source of an inline script or style in a Content-Security-Policy. */
export const policyHash = async (text: string): Promise<string> => {
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text));
  return `'sha256-${btoa(String.fromCharCode(...new Uint8Array(digest)))}'`;
};

/** The URL of a path relative to a base URL. */
export const hrefOf = (base: string, path: string): string => base + path.split('/').map(encodeURIComponent).join('/');

/** An HTML table. Cells are markup, each with the head of its column as `data-title`; columns in `numeric` are right-aligned. */
export const htmlTable = (
  caption: string,
  head: readonly string[],
  rows: readonly (readonly string[])[],
  numeric: readonly number[],
): string => {
  const classOf = (index: number): string => (numeric.includes(index) ? ' class="number"' : '');
  const heads = head.map((cell, index) => `<th scope="col"${classOf(index)}>${cell}</th>`).join('');
  const line = (cells: readonly string[]): string =>
    `<tr>${cells.map((cell, index) => `<td${classOf(index)} data-title="${head[index] ?? ''}">${cell}</td>`).join('')}</tr>\n`;
  return `<table>\n<caption>${caption}</caption>\n<thead><tr>${heads}</tr></thead>\n<tbody>\n${rows.map(line).join('')}</tbody>\n</table>\n`;
};

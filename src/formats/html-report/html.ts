import { sanitize, sanitizeJson } from '../../core/text/sanitize.ts';

/** Text as HTML shows it, where nothing of it is markup or reorders what is read; also within double quotes. */
export const escapeHtml = (text: string): string =>
  sanitize(text).replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);

/** JSON that cannot end the script element it is in. */
export const embedJson = (value: unknown): string => sanitizeJson(JSON.stringify(value)).replaceAll('<', '\\u003c');

/** What a policy calls the inline script or style of this text. */
export const policyHash = async (text: string): Promise<string> => {
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text));
  return `'sha256-${btoa(String.fromCharCode(...new Uint8Array(digest)))}'`;
};

/** The address of a path below another address. */
export const hrefOf = (base: string, path: string): string => base + path.split('/').map(encodeURIComponent).join('/');

/** A table whose cells are markup; numbers stand right. */
export const tableOf = (
  caption: string,
  head: readonly string[],
  rows: readonly (readonly string[])[],
  numbers: readonly number[],
): string => {
  const side = (index: number): string => (numbers.includes(index) ? ' class="number"' : '');
  const heads = head.map((cell, index) => `<th scope="col"${side(index)}>${cell}</th>`).join('');
  const line = (cells: readonly string[]): string =>
    `<tr>${cells.map((cell, index) => `<td${side(index)}>${cell}</td>`).join('')}</tr>\n`;
  return `<table>\n<caption>${caption}</caption>\n<thead><tr>${heads}</tr></thead>\n<tbody>\n${rows.map(line).join('')}</tbody>\n</table>\n`;
};

import { placeholderNames } from '../../../core/naming/template.ts';
import { nearest } from '../../../core/text/did-you-mean.ts';
import { valueSynonyms } from './value-synonyms.ts';

const names: readonly string[] = [...placeholderNames.fields, ...placeholderNames.timeParts];

/** A template of file names with the placeholders that are meant; undefined if one of them is not known, or all are valid. */
export const templateMeant = (
  flag: string,
  typed: string,
): { readonly value: string; readonly isNear: boolean } | undefined => {
  const keys = [...typed.matchAll(/\{([^{}]*)\}/g)].map(([, key = '']) => key);
  if (keys.every((key) => names.includes(key))) return undefined;
  const meant = new Map(keys.map((key) => [key, placeholderMeant(key.trim().toLowerCase(), flag)]));
  if ([...meant.values()].includes(undefined)) return undefined;
  const value = typed
    .replaceAll(/([-._ ]?)\{([^{}]*)\}/g, (_, separator: string, key: string) => {
      const text = meant.get(key)?.text ?? '';
      return text === '' ? '' : separator + text;
    })
    .replace(/^[-._ ]+|\/[-._ ]*$/g, '');
  return { value: value === '' ? '{id}' : value, isNear: [...meant.values()].some((one) => one?.isNear) };
};

const placeholderMeant = (
  key: string,
  flag: string,
): { readonly text: string; readonly isNear: boolean } | undefined => {
  if (names.includes(key)) return { text: `{${key}}`, isNear: false };
  const rows = valueSynonyms.placeholder ?? [];
  const [, text] =
    rows.find(([keys]) => typeof keys === 'string' && keys.split(' ').includes(key.replaceAll('-', '_'))) ?? [];
  // Only an export writes in the format that its name ends in; media files get theirs by themselves.
  if (text !== undefined) return { text: text.startsWith('{') ? text : flag === '--out' ? 'csv' : '', isNear: false };
  const near = nearest(key, names);
  return near === undefined ? undefined : { text: `{${near}}`, isNear: true };
};

import { placeholderKey, placeholderNames } from '../../../core/naming/template.ts';
import { nearest } from '../../../core/text/did-you-mean.ts';
import { everydayNames } from '../../../core/text/field-names.ts';
import { valueSynonyms } from './value-synonyms.ts';

const names: readonly string[] = [
  ...placeholderNames.fields,
  ...placeholderNames.callFields,
  ...placeholderNames.timeParts,
  ...placeholderNames.shorthands,
];

/** A template of file names with the placeholders that are meant; undefined if one of them is not known, or all are valid. */
export const templateMeant = (
  flag: string,
  typed: string,
): { readonly value: string; readonly isNear: boolean } | undefined => {
  const keys = [...typed.matchAll(/\{([^{}]*)\}/g)].map(([, key = '']) => key);
  if (keys.every(isValid)) return undefined;
  const meant = new Map(keys.map((key) => [key, placeholderMeant(key.trim().toLowerCase(), flag)]));
  if ([...meant.values()].includes(undefined)) return undefined;
  const value = typed
    .replaceAll(/([-._ ]?)\{([^{}]*)\}/g, (_, separator: string, key: string) => {
      const text = meant.get(key)?.text ?? '';
      return text === '' ? '' : separator + text;
    })
    .replace(/^[-._ ]+|\/[-._ ]*$/g, '');
  return { value: unique(flag, value), isNear: [...meant.values()].some((one) => one?.isNear) };
};

/** A template by which two recordings of one day have names of their own. */
const unique = (flag: string, value: string): string => {
  if (flag !== '--name' || /\{(?:id|created_at|started_at|second|time)\}/.test(value))
    return value === '' ? '{id}' : value;
  const [, stem = '', end = ''] = /^(.*?)(\.\w{1,5})?$/s.exec(value) ?? [];
  return stem === '' ? `{id}${end}` : `${stem}-{id}${end}`;
};

const isValid = (key: string): boolean => names.includes(placeholderKey(key));

const placeholderMeant = (
  key: string,
  flag: string,
): { readonly text: string; readonly isNear: boolean } | undefined => {
  if (isValid(key)) return { text: `{${placeholderKey(key)}}`, isNear: false };
  const rows = valueSynonyms.placeholder ?? [];
  const [, text] =
    rows.find(([keys]) => typeof keys === 'string' && keys.split(' ').includes(key.replaceAll('-', '_'))) ?? [];
  // Only an export writes in the format that its name ends in; media files get theirs by themselves.
  if (text !== undefined) return { text: text.startsWith('{') ? text : flag === '--out' ? 'csv' : '', isNear: false };
  const near = nearest(key, [...names, ...everydayNames.filter(isValid)]);
  return near === undefined ? undefined : { text: `{${placeholderKey(near)}}`, isNear: true };
};

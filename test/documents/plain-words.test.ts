import { expect, test } from 'vitest';
import { allPages, textOf } from '../support/pages.ts';

/** Words and phrases to avoid, and their replacements. */
const odd = {
  whole: 'complete',
  anew: 'again, from scratch',
  'go(?:es|ing)? on\\b(?! the)': 'continue, resume',
  'so (?:many|long)': 'a number of, this long',
  'is (?:asked|of|said)': 'is queried, belongs to, is reported',
  'are (?:asked|of|said)\\b': 'are queried, belong to, are reported',
  'by itself': 'automatically',
  nobody: 'no one, or name who',
  somebody: 'someone, or name who',
  'as (?:it|they) (?:is|are)': 'unchanged',
  says: 'reports, shows',
  mend: 'fix',
  'what is (?:there|not|fetched|borne)': 'name the thing',
};

/** Generated blocks and the man page have the help texts of the program. */
const pages = [...allPages, 'man/recx.1', 'test/README.md', 'test/bench/README.md'];

test.each(pages)('%s contains none of the phrases to avoid', (page) => {
  const text = textOf(page);
  const found = Object.entries(odd).flatMap(([pattern, better]) =>
    [...text.matchAll(new RegExp(`.{0,30}\\b(?:${pattern}).{0,20}`, 'gi'))].map(([line]) => `${line}: ${better}`),
  );
  expect(found).toEqual([]);
});

import { withoutMark } from './same-id.ts';
import { shellQuote } from './shell-quote.ts';

/** Whether a word is a URL, which may be a secret. */
export const isAddress = (word: string): boolean => /^[a-z][a-z\d+.-]*:\/\//i.test(word);

/** The id in a URL, a path or the name of a file, or its start; undefined if the word has none, or nothing beside it. */
export const idWithin = (word: string): string | undefined => {
  const [path = ''] = word.split(/[?#]/);
  const last = path.split(/[/\\]/).findLast((part) => part !== '') ?? '';
  const id = anyId.exec(last)?.[0] ?? withoutMark(last.replace(extension, ''));
  return id !== withoutMark(word) && anyStart.test(id) ? id : undefined;
};

/** The hint for a word that has an id in it. */
export const aloneHint = (id: string, command: string): string => `Type the id alone: recx ${command} ${id}`;

/** The hint for the id of a call. */
export const callHint = (id: string): string => `Use recx list --call ${shellQuote(id)}`;

const anyId = /[\da-f]{8}-(?:[\da-f]{4}-){3}[\da-f]{12}|[A-Z]{2}[\da-f]{32}/i;
const anyStart = /^(?=.*\d)(?:[A-Z]{2})?[\da-f][\da-f-]{7,}$/i;
const extension = /\.[a-z][a-z\d]{2,3}$/i;

import type { Command } from 'commander';
import { filters } from '../../core/query.ts';
import { shellQuote } from '../../core/text/shell-quote.ts';
import { type Mistake, pathOf, placeholderOf } from './availability.ts';
import { acceptedOptions, isNoId, namedCommand, subcommandNamed } from './command-line.ts';
import { commandSynonyms } from './command-synonyms.ts';
import { inOurManner, isNoun } from './command-words.ts';
import { optionFor, optionNamed } from './operands.ts';
import { firstAvailable, ofCommand, placeholderIn, rightFlag, rightWord } from './right-words.ts';
import { fitted, isSentence } from './values/placeholders.ts';
import { type Typed, typedWords } from './values/typed.ts';

/** The hint for an unknown command, from the words typed after its parent; undefined without a synonym. */
export const rightCommand = async (
  typed: readonly string[],
  parent: Command,
  mistake: Mistake,
): Promise<string | undefined> => {
  const start = pathOf(parent).slice(1);
  // A command may be quoted with its words; the value of an option may have spaces of its own.
  const split = typed.flatMap((word, index) => (typed[index - 1]?.startsWith('-') === true ? word : word.split(/\s+/)));
  const words = [...start, ...split].filter((word) => word !== '');
  const withSynonym = async (line: readonly string[], length: number): Promise<string | undefined> => {
    const key = line.slice(0, length).join(' ').toLowerCase();
    const found = commandSynonyms.find(([keys]) => keys.split(' | ').includes(key));
    if (found === undefined || line.length < length) return undefined;
    return withOptions(found.slice(1), line.slice(length), mistake);
  };
  const exact = await withSynonym(words, start.length + 2);
  if (exact !== undefined) return exact;
  for (const line of inOurManner(words)) {
    const hint =
      (await realCommand(line, mistake)) ??
      (await withSynonym(line, 3)) ??
      (await withSynonym(line, 2)) ??
      (await withSynonym(line, 1));
    if (hint !== undefined) return hint;
  }
  return withSynonym(words, start.length + 1);
};

/** The hint for a first word that is like no command: the command after it, an id, or a word whose form tells a flag. */
export const likelyCommand = async (
  [first = '', ...rest]: readonly string[],
  mistake: Mistake,
): Promise<string | undefined> => {
  const { idWithin, aloneHint } = await import('../../core/text/id-within.ts'); // rarely needed
  const id = idWithin(first);
  if (id !== undefined) return aloneHint(id, 'get');
  const named = await realCommand(rest, mistake);
  if (named !== undefined) return named;
  const list = subcommandNamed('list', mistake.program);
  if (list === undefined) return undefined;
  await mistake.loadCommand(list);
  const hint = await optionFor(first, list, mistake);
  if (hint !== undefined) return hint.startsWith('Use -') ? ofCommand('Use recx list', hint.slice(4)) : hint;
  // longest 5
  const typed = { flag: `--${first.toLowerCase()}`, value: rest[0], rest: rest.slice(1), command: 'list' };
  const [, options] = /^Use (-[^<]*)$/.exec((await rightFlag(typedWords(mistake, typed), list, mistake)) ?? '') ?? [];
  return options === undefined ? undefined : ofCommand('Use recx list', options);
};

/** The hint for words that are a command of the program, with its argument. */
const realCommand = async (line: readonly string[], mistake: Mistake): Promise<string | undefined> => {
  let command = mistake.program;
  let length = 0;
  for (const word of line) {
    const next = subcommandNamed(word.toLowerCase(), command);
    if (next === undefined) break;
    command = next;
    length++;
    await mistake.loadCommand(command);
  }
  if (length === 0 || (command.commands.length > 0 && line.length > length)) return undefined;
  const path = pathOf(command).join(' ');
  if (command.commands.length > 0) return `Use ${path} --help`;
  const [argument] = command.registeredArguments;
  const texts = argument === undefined ? [] : [`${path} <${argument.name()}>`];
  const plain = argument?.required === true ? [] : [path];
  return withOptions([...texts, ...plain], line.slice(length), mistake);
};

/**
 * The hint from the texts for a command, with the options typed after it as those of the command that a text names: the first
 * text whose command has the most of them. Beside a profile, they may be secrets.
 */
const withOptions = async (
  texts: readonly string[],
  after: readonly string[],
  mistake: Mistake,
): Promise<string | undefined> => {
  // describe recording RE…
  const named = after.length > 1 && isNoun(after[0] ?? '') ? after.slice(1) : after;
  // search 415
  const words = isSentence(texts[0] ?? '') ? named.filter((word, at) => !/^\d+$/.test(word) || at > 0) : named;
  const typed = typedWord(words, mistake);
  // What is read from the words has its options.
  const read = await firstAvailable(
    texts.filter((text) => text.startsWith('{')),
    typed,
    mistake.program,
    mistake,
  );
  if (read !== undefined) return read;
  let best: { readonly text: string; readonly options: readonly string[] } | undefined;
  const remarks = new Set<string>();
  for (const text of texts.filter((one) => /^recx (?!profile)/.test(one) && !isSentence(one))) {
    const command = await namedCommand(text.split(' ').slice(1), mistake);
    const isFilled = text.includes('<') && typed.value !== undefined;
    const own = words.slice(isFilled && words[0] === typed.value ? 1 : 0);
    const options = await typedOptions(own, command, mistake, (remark) => remarks.add(remark));
    const hasAll = text.includes(' --all') && options.some((option) => choosesRows(option));
    const hasOwn = hasAll || options.some((option) => text.split(' ').includes(option.split(' ')[0] ?? ''));
    if (!hasOwn && options.length > (best?.options.length ?? 0)) best = { text, options };
  }
  const hint = await firstAvailable(best === undefined ? texts : [best.text], typed, mistake.program, mistake);
  if (hint === undefined) return undefined;
  const complete = best === undefined ? hint : ofCommand(hint, best.options.join(' '));
  return [complete, ...remarks].join('; ');
};

/** Whether an option leaves out recordings, so that `--all` contradicts it. */
const choosesRows = (option: string): boolean =>
  /^(?:-n|--limit) /.test(option) || Object.values(filters).some(({ flag }) => option.startsWith(`${flag} `));

/** Typed words as options of a command: those it has, those with a synonym, and words whose form tells the flag. */
const typedOptions = async (
  words: readonly string[],
  command: Command,
  mistake: Mistake,
  onRemark: (text: string) => void,
): Promise<readonly string[]> => {
  const found: string[] = [];
  const add = (hint: string | undefined): boolean => {
    const [, options] = /^Use (-.*)$/.exec(hint ?? '') ?? [];
    if (options === undefined || /<|…/.test(options) || (words.length > 1 && / or /.test(options))) return false;
    if (!found.includes(options)) found.push(options);
    return true;
  };
  for (let index = 0; index < words.length; index++) {
    const word = words[index] ?? '';
    const [, typedFlag = word, attached] = /^(--[\w-]+)=(.*)$/s.exec(word) ?? [];
    // find -mtime -3
    const flag = typedFlag.replace(/^-(?=[a-z]{3})/, '--');
    const isLong = flag !== typedFlag;
    const next = words[index + 1]?.startsWith('-') === !isLong ? undefined : words[index + 1];
    const option = acceptedOptions(command).find(({ long, short }) => long === flag || short === flag);
    if (!word.startsWith('-'))
      add((await optionFor(word, command, mistake)) ?? (await targetOf(word, words[index - 1], command, mistake)));
    else if (option?.required === true) {
      const value = fitted(placeholderIn(option.long, placeholderOf(option)), attached ?? next);
      if (value !== undefined) add(`Use ${flag} ${shellQuote(value)}`);
      else {
        const word = attached ?? next ?? '';
        const meant = (await rightWord({ name: option.long ?? '', word }, mistake, command)) ?? '';
        const [, instead] = /^Use ([\w,]+)$/.exec(meant) ?? [];
        if (instead !== undefined) add(`Use ${flag} ${instead}`);
        else if (meant !== '' && !meant.startsWith('Use ')) onRemark(`${flag} ${word}: ${meant}`);
      }
      if (attached === undefined) index++;
    } else if (option !== undefined) {
      if (option.long !== '--help') add(`Use ${flag}`);
    } else {
      const typed = { flag, rest: words.slice(index + 2), argv: words, command: pathOf(command).slice(1).join(' ') };
      const value = attached ?? next;
      const alone = await rightFlag(typedWords(mistake, typed), command, mistake);
      const hint =
        (await rightFlag(typedWords(mistake, { ...typed, value }), command, mistake)) ??
        (await optionNamed(flag, command, mistake));
      if (hint !== undefined && isSentence(hint) && !hint.startsWith('Use ')) onRemark(`${flag}: ${hint}`);
      if (add(hint) && hint !== alone && attached === undefined) index++;
    }
  }
  return found;
};

/** The profile or else the folder for a word of no other form after a command that copies elsewhere. */
const targetOf = async (
  word: string,
  before: string | undefined,
  command: Command,
  { storedProfiles }: Mistake,
): Promise<string | undefined> => {
  // What follows an unknown flag may be its value.
  const isTarget =
    before?.startsWith('-') !== true && /^[a-z][\w-]{0,40}$/i.test(word) && !isNoun(word) && !isNoId(word);
  if (!isTarget || pathOf(command)[1] !== 'download') return undefined;
  return (await storedProfiles()).includes(word) ? `Use -p ${word}` : `Use --dir ${word}`;
};

/** The first of some words as the value that fills a hint: one before any flag, or the value of a flag for an id. */
const typedWord = (words: readonly string[], mistake: Mistake): Typed => {
  const named = words[words.findIndex((word) => /^--(?:id|sid|name)$/.test(word)) + 1];
  const [first] = words;
  const value = first?.startsWith('-') === true ? (named?.startsWith('-') === true ? undefined : named) : first;
  return typedWords(mistake, { value, rest: words.slice(1), argv: words });
};

import { createHash } from 'node:crypto';
import type { RowReader } from '../../../core/export/row-texts.ts';
import { CompactMap, IdSet } from '../../../core/hash/id-set.ts';
import { rowMark } from './export-rows.ts';

/** How the listed rows of a run meet those of an existing file. */
export interface MergeRules {
  readonly reader: RowReader;
  /** Marks of rows that are replaced or gone, with how many rows have each. */
  readonly removed: ReadonlyMap<string, number>;
  /** Whether a listed row is left out if the file has one of that mark already. */
  isOptional(mark: string): boolean;
  /** Rows without ids: a listed row replaces one of equal text, since earlier runs may have written it. */
  readonly replacesEqual: boolean;
}

type Rows = () => AsyncGenerator<readonly string[]>;

/**
 * Writes the listed rows and those rows of a file that stay, newest first, as far as both were; the others keep their order.
 * Returns whether the result differs from the file, and how many rows stay that are not listed.
 */
export const mergeRows = async (
  existing: Rows,
  listed: Rows,
  rules: MergeRules,
  write: (rows: readonly string[]) => Promise<void>,
): Promise<{ readonly isChanged: boolean; readonly unlisted: number }> => {
  const { reader } = rules;
  const markOf = (text: string): string => rowMark(reader.keyOf(text));
  const { replacing, optional } = await marksOf(listed, rules, markOf);
  const present = new IdSet();
  if (optional.size > 0) {
    for await (const texts of existing())
      for (const mark of texts.map(markOf)) if (optional.has(mark)) present.add(mark);
  }
  const [before, after] = [createHash('sha256'), createHash('sha256')];
  const stays = stayingRows(rules, replacing);
  let unlisted = 0;
  const kept = filtered(existing(), (text) => {
    before.update(text);
    const mark = markOf(text);
    if (!stays(mark)) return false;
    if (!optional.has(mark)) unlisted++;
    return true;
  });
  const added = filtered(listed(), (text) => optional.size === 0 || !present.has(markOf(text)));
  for await (const texts of newestFirst(added, kept, reader)) {
    for (const text of texts) after.update(text);
    await write(texts);
  }
  return { isChanged: before.digest('hex') !== after.digest('hex'), unlisted };
};

/** The marks of the listed rows: those that replace rows, counted, and the optional ones. */
const marksOf = async (
  listed: Rows,
  { reader, isOptional, replacesEqual }: MergeRules,
  markOf: (text: string) => string,
): Promise<{ readonly replacing: CompactMap; readonly optional: IdSet }> => {
  const replacing = new CompactMap();
  const optional = new IdSet();
  for await (const texts of listed()) {
    for (const mark of texts.map(markOf)) {
      if (isOptional(mark)) optional.add(mark);
      else if (reader.hasIds || replacesEqual) replacing.set(mark, (replacing.get(mark) ?? 0) + 1);
    }
  }
  return { replacing, optional };
};

/** Whether a row of the file stays, asked once for each row. */
const stayingRows = (
  { reader: { hasIds }, removed }: MergeRules,
  replacing: CompactMap,
): ((mark: string) => boolean) => {
  if (hasIds) return (mark) => !removed.has(mark) && replacing.get(mark) === undefined;
  // Different recordings can have rows of equal text: each removal is of one row.
  const removals = new Map(removed);
  return (mark) => {
    const removal = removals.get(mark) ?? 0;
    const replacement = replacing.get(mark) ?? 0;
    if (removal > 0) removals.set(mark, removal - 1);
    else if (replacement > 0) replacing.set(mark, replacement - 1);
    return removal === 0 && replacement === 0;
  };
};

async function* filtered(
  batches: AsyncIterable<readonly string[]>,
  accepts: (text: string) => boolean,
): AsyncGenerator<readonly string[]> {
  for await (const batch of batches) {
    const texts = batch.filter(accepts);
    if (texts.length > 0) yield texts;
  }
}

/** Two lists as one, by time as far as rows have one; a row without a time comes as soon as it is the next of its list. */
async function* newestFirst(
  one: AsyncGenerator<readonly string[]>,
  other: AsyncGenerator<readonly string[]>,
  { timeOf }: RowReader,
): AsyncGenerator<readonly string[]> {
  let [head, second] = [await nextBatch(one), await nextBatch(other)];
  while (head !== undefined && second !== undefined) {
    const texts: string[] = [];
    while (head.place < head.texts.length && second.place < second.texts.length) {
      const [a, b]: [string, string] = [head.texts[head.place] ?? '', second.texts[second.place] ?? ''];
      const isFirst = (timeOf(a) ?? '\uffff') >= (timeOf(b) ?? '\uffff');
      texts.push(isFirst ? a : b);
      (isFirst ? head : second).place++;
    }
    yield texts;
    if (head.place === head.texts.length) head = await nextBatch(one);
    if (second.place === second.texts.length) second = await nextBatch(other);
  }
  for (const [rest, batches] of [
    [head, one],
    [second, other],
  ] as const) {
    if (rest !== undefined) yield rest.texts.slice(rest.place);
    yield* batches;
  }
}

const nextBatch = async (
  batches: AsyncGenerator<readonly string[]>,
): Promise<{ readonly texts: readonly string[]; place: number } | undefined> => {
  const { done, value } = await batches.next();
  return done === true ? undefined : { texts: value, place: 0 };
};

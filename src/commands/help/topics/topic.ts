import { wrapWords } from '../../../core/text/wrap.ts';

/** What help says on something that belongs to no single command. */
export interface Topic {
  readonly title: string;
  readonly blocks: readonly Block[];
  /** Command lines, which come last. */
  readonly examples: readonly string[];
}

/** A paragraph, or terms with what they mean. */
export type Block = string | readonly Term[];
type Term = readonly [term: string, meaning: string];

/** A topic as text for a terminal of 80 columns. */
export const renderTopic = ({ title, blocks, examples }: Topic): string =>
  `${[title, ...blocks.map(renderBlock), ['Examples:', ...examples.map((line) => `  $ ${line}`)].join('\n')].join('\n\n')}\n`;

const WIDTH = 80;
/** Characters of a term that has its meaning beside it; of a longer one it stands below. */
const MAX_TERM_WIDTH = 24;
const GAP = 2;

const renderBlock = (block: Block): string => {
  if (typeof block === 'string') return wrapWords(block, WIDTH).join('\n');
  const lengths = block.map(([term]) => term.length).filter((length) => length <= MAX_TERM_WIDTH);
  const column = GAP + Math.max(0, ...lengths) + GAP;
  return block.map((term) => renderTerm(term, column)).join('\n');
};

const renderTerm = ([term, meaning]: Term, column: number): string => {
  const [first = '', ...others] = wrapWords(meaning, WIDTH - column);
  const head = `${' '.repeat(GAP)}${term}`;
  const begun = term.length > column - 2 * GAP ? [head, ' '.repeat(column) + first] : [head.padEnd(column) + first];
  return [...begun, ...others.map((line) => ' '.repeat(column) + line)].join('\n');
};

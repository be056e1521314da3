import { wrapWords } from '../../../core/text/wrap.ts';

/** A help page that is not about one command. */
export interface Topic {
  readonly title: string;
  readonly blocks: readonly Block[];
  /** Command lines, shown last. */
  readonly examples: readonly string[];
}

/** A paragraph, or terms with their meanings. */
export type Block = string | readonly Term[];
type Term = readonly [term: string, meaning: string];

/** The text of a topic for a terminal of 80 columns. */
export const renderTopic = ({ title, blocks, examples }: Topic): string =>
  `${[title, ...blocks.map(renderBlock), ['Examples:', ...examples.map((line) => `  $ ${line}`)].join('\n')].join('\n\n')}\n`;

/** Text of a table for Markdown, without its marks. */
export const withoutMarks = (text: string): string => text.replaceAll('`', '');

const WIDTH = 80;
/** Characters of a term whose meaning is beside it; the meaning of a longer one is below. */
const MAX_TERM_WIDTH = 24;
const GAP = 2;

const renderBlock = (block: Block): string => {
  if (typeof block === 'string') return wrapWords(block, WIDTH).join('\n');
  const lengths = block.map(([term]) => term.length).filter((length) => length <= MAX_TERM_WIDTH);
  const column = GAP + Math.max(0, ...lengths) + GAP;
  return block.map((term) => renderTerm(term, column)).join('\n');
};

const renderTerm = ([term, meaning]: Term, column: number): string => {
  const [first = '', ...rest] = wrapWords(meaning, WIDTH - column);
  const head = `${' '.repeat(GAP)}${term}`;
  const lines = term.length > column - 2 * GAP ? [head, ' '.repeat(column) + first] : [head.padEnd(column) + first];
  return [...lines, ...rest.map((line) => ' '.repeat(column) + line)].join('\n');
};

import type { Block, Topic } from '../../src/commands/help/topics/topic.ts';

export const table = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');

/** Each word as code. */
export const codeWords = (words: string): string => words.split(' ').filter(Boolean).map(code).join(' ');

export const code = (text: string): string => `\`${text.replaceAll('|', '\\|')}\``;

/** Text without markup: angle brackets and bars would mean something to Markdown. */
export const escaped = (text: string): string => text.replaceAll(/[<|*]/g, '\\$&');

/** The paragraphs and tables of a help topic. */
export const topicBody = ({ blocks }: Topic, head: readonly [term: string, meaning: string]): string =>
  blocks.map((block) => blockBody(block, head)).join('\n\n');

const blockBody = (block: Block, head: readonly string[]): string =>
  typeof block === 'string'
    ? escaped(block)
    : table(
        head,
        block.map(([term, meaning]) => [code(term.trim()), escaped(meaning)]),
      );

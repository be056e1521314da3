import { styleText } from 'node:util';
import type { SelectPrompt } from '@clack/core';

/** One of several values, shown with its label. */
export interface Choice {
  readonly value: string;
  readonly label: string;
}

interface Streams {
  readonly input: NodeJS.ReadStream;
  readonly output: NodeJS.WriteStream;
}

/**
 * Prompts for one of several values: by the arrow keys, or by typing the beginning of a label or a value. Letters are nothing else,
 * and what fits no choice is not accepted. Resolves to a symbol after Ctrl-C.
 */
export const promptChoice = async (
  message: string,
  choices: readonly Choice[],
  initial: string | undefined,
  streams: Streams,
): Promise<string | symbol | undefined> => {
  const [core, { S_BAR, S_BAR_END, S_RADIO_ACTIVE, S_RADIO_INACTIVE, symbol }] = await Promise.all([
    import('@clack/core'),
    import('@clack/prompts'),
  ]);
  // Letters that move the selection.
  for (const letter of ['h', 'j', 'k', 'l']) core.settings.aliases.delete(letter);
  let typed = '';
  // What fits no choice may be a secret that was meant for another prompt.
  const shownTyped = (): string => (indexOfTyped(typed, choices) === undefined ? '…' : typed);
  const grey = (text: string): string => styleText('gray', text);
  const prompt: SelectPrompt<Choice> = new core.SelectPrompt<Choice>({
    ...streams,
    options: [...choices],
    ...(initial === undefined ? {} : { initialValue: initial }),
    validate: () => (indexOfTyped(typed, choices) === undefined ? 'No choice begins so; Ctrl-U clears it' : undefined),
    render: () => {
      const { state, cursor, error } = prompt;
      const lines = [
        grey(S_BAR),
        `${symbol(state)}  ${message}${state === 'submit' || typed === '' ? '' : ` ${shownTyped()}`}`,
      ];
      if (state === 'submit' || state === 'cancel')
        return [...lines, `${grey(S_BAR)}  ${grey(choices[cursor]?.label ?? '')}`].join('\n');
      const options = choices.map(
        ({ label }, index) =>
          `${grey(S_BAR)}  ${index === cursor ? `${S_RADIO_ACTIVE} ${label}` : grey(`${S_RADIO_INACTIVE} ${label}`)}`,
      );
      return [...lines, ...options, `${grey(S_BAR_END)}${state === 'error' ? `  ${error}` : ''}`].join('\n');
    },
  });
  prompt.on('cursor', (key) => {
    if (key === 'up' || key === 'down' || key === 'left' || key === 'right') typed = '';
  });
  prompt.on('key', (character, { name, ctrl, meta }) => {
    if (ctrl === true && name === 'u') typed = '';
    else if (name === 'backspace') typed = typed.slice(0, -1);
    else if (ctrl !== true && meta !== true && character !== undefined && /^[\p{L}\p{N} ,.-]$/u.test(character))
      typed = (typed + character).trimStart();
    const index = indexOfTyped(typed, choices);
    if (typed === '') return;
    // What fits no choice leaves none of them chosen by its first letter.
    const place =
      index ??
      Math.max(
        0,
        choices.findIndex(({ value }) => value === initial),
      );
    prompt.cursor = place;
    prompt.value = choices[place]?.value;
  });
  return prompt.prompt();
};

/** The first choice that begins with a typed text; the first of all for none, undefined if there is no such choice. */
const indexOfTyped = (typed: string, choices: readonly Choice[]): number | undefined => {
  const text = typed.trim().toLowerCase();
  const index = choices.findIndex(({ label, value }) =>
    [label, value].some((name) => name.toLowerCase().startsWith(text)),
  );
  return index === -1 ? undefined : index;
};

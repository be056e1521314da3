import { errorKinds, isRetryable } from '../../../core/failure.ts';
import type { Topic } from './topic.ts';

const passing = errorKinds.filter(({ kind }) => isRetryable(kind)).map(({ code }) => code);

export const exitCodes: Topic = {
  title: 'Exit codes',
  blocks: [
    errorKinds.map(({ code, meaning }) => [String(code).padStart(3), meaning] as const),
    `After ${passing.slice(0, -1).join(', ')} and ${passing.at(-1)} the same command may go well later, without anyone doing anything. With ` +
      '--log-format json each error carries its code, its kind and whether it is "retryable".',
    'The codes over 128 are what a shell shows of a program that a signal ended: recx puts things in order within two ' +
      'seconds and then ends by that very signal.',
  ],
  examples: [
    'recx list --profile demo -o csv > calls.csv || echo "exit code $?"',
    'recx verify recordings || echo "a file is missing or changed"',
    'recx get no-such-id -p demo -q || test $? -eq 6 && echo not there',
  ],
};

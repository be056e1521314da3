import { errorKinds, isRetryable } from '../../../core/failure.ts';
import type { Topic } from './topic.ts';

const retryable = errorKinds.filter(({ kind }) => isRetryable(kind)).map(({ code }) => code);

export const exitCodes: Topic = {
  title: 'Exit codes',
  blocks: [
    errorKinds.map(({ code, meaning }) => [String(code).padStart(3), meaning] as const),
    `After ${retryable.slice(0, -1).join(', ')} and ${retryable.at(-1)} the same command may succeed later without any change. With ` +
      '--log-format json each error has its code, its kind and whether it is "retryable".',
    'Codes above 128 are how a shell reports a program that was ended by a signal: recx shuts down within two seconds and ' +
      'then ends by the same signal.',
  ],
  examples: [
    'recx list --profile demo -o csv > calls.csv || echo "exit code $?"',
    'recx verify recordings || echo "a file is missing or changed"',
    'recx get no-such-id -p demo -q || { test $? -eq 6 && echo "not found"; }',
  ],
};

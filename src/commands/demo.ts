import { endAs } from '../core/failure.ts';
import { screenSink } from '../system/terminal.ts';
import { type Context, type Define, examples } from './context.ts';

interface Step {
  readonly says: string;
  /** What is typed after `recx`, without quotes. */
  readonly typed: string;
}

const steps: readonly Step[] = [
  {
    says: 'The newest recordings of three providers, in one shape. The profile "demo" needs no account.',
    typed: 'list --profile demo --limit 8 -o table',
  },
  {
    says: 'Filters work the same everywhere: conferences of the last week of at least 20 seconds.',
    typed: 'list --profile demo --kind conference --since 7d --min-duration 20s -o table',
  },
  {
    says: 'The same rows for a spreadsheet or a script: csv, json or ndjson, with the fields you name.',
    typed: 'list --profile demo --limit 4 --fields created_at,from,to,duration_seconds -o csv',
  },
  { says: 'What each API can do by itself, and where its limits are.', typed: 'providers -o table' },
];

export const define: Define = (command, start) => {
  command
    .addHelpText(
      'after',
      examples(['recx demo', 'recx list --profile demo', 'recx list --profile demo -o json | jq length']),
    )
    .action(() => demo(start()));
};

const demo = async ({ world, run, inherited }: Context): Promise<void> => {
  const screen = screenSink(world.out);
  for (const { says, typed } of steps) {
    await screen.write(`${says}\n\n  $ recx ${typed}\n\n`);
    endAs(await run([...inherited, ...typed.split(' ')], world));
    await screen.write('\n');
  }
  await screen.write('With an account of your own: recx profile add --help\n');
};

import { exitAs, exitCode } from '../core/failure.ts';
import { shellQuote } from '../core/text/shell-quote.ts';
import type { Runtime } from '../system/runtime.ts';
import { openCapture } from '../system/terminal/capture.ts';
import { streamSink } from '../system/terminal/streams.ts';
import { type Context, type Define, examples } from './shared/context.ts';
import { withDeadline } from './shared/deadline.ts';

/** The flag for the columns of a table. */
const fields = (...keys: readonly string[]): readonly string[] => ['--fields', [...keys, 'duration_seconds'].join(',')];

interface Step {
  readonly text: string;
  /** Arguments after `recx`; `ID` is replaced by the id of the newest call with a known caller. */
  readonly words: readonly string[];
  readonly exitCode?: number;
}

const steps: readonly Step[] = [
  {
    text: 'One list of three providers, newest first, with who called whom.\nThe profile "demo" needs no account.',
    words: [
      'list',
      '-p',
      'demo',
      '--kind',
      'call',
      '-n',
      '8',
      '--with-calls',
      ...fields('created_at', 'provider', 'direction', 'from', 'to'),
    ],
  },
  {
    text: 'Who called from London this week? Filters work the same for every provider.\nWhere recordings have no numbers, recx reads the calls behind them.',
    words: [
      'list',
      '-p',
      'demo',
      '-q',
      '--from',
      '+4420*',
      '--since',
      '7d',
      '-n',
      '8',
      '--fields',
      'created_at,duration_seconds,from,to',
    ],
  },
  {
    text: 'The longest five of all recordings.',
    words: [
      'list',
      '-p',
      'demo',
      '--sort',
      '-duration_seconds',
      '-n',
      '5',
      ...fields('created_at', 'provider', 'kind'),
    ],
  },
  { text: 'All fields of one recording, and those of its call.', words: ['get', 'ID', '-p', 'demo', '--with-calls'] },
  { text: 'Totals.', words: ['stats', '-p', 'demo', '--by', 'week'] },
  {
    text: 'The same rows as CSV, JSON or NDJSON, for a spreadsheet or a script.',
    words: [
      'list',
      '-p',
      'demo',
      '--from',
      '+4420*',
      '-q',
      '-n',
      '4',
      ...fields('created_at', 'from', 'to'),
      '-o',
      'csv',
    ],
  },
  {
    text: 'Typos get a suggestion.',
    words: ['list', '-p', 'demo', '--stauts', 'completed'],
    exitCode: exitCode('usage'),
  },
];

const closingText = (command: string): string =>
  `The tour saved no file here. Next, calls as files, each complete and verified, a
page to search and play them, and all recordings as a spreadsheet:

  $ ${command} download -p demo --kind call --since 7d -n 12 --dir calls
  $ ${command} verify calls
  $ ${command} report calls --open
  $ ${command} export -p demo --out calls.csv

Explore interactively:    ${command} browse -p demo
Add your own account:     ${command} profile add
Help:                     ${command} help
`;

export const define: Define = (command, start) => {
  command
    .addHelpText(
      'after',
      examples(['recx demo', 'recx list --profile demo', 'recx list --profile demo -o json | jq length']),
    )
    .action(() => {
      const context = start();
      return withDeadline(undefined, context, ({ signal }) => demo(context, signal));
    });
};

const demo = async (context: Context, signal: AbortSignal): Promise<void> => {
  const { selfCommand, out } = context.runtime;
  const screen = streamSink(out);
  const id = await newestCaller(context);
  for (const { text, words, exitCode: expected = 0 } of steps) {
    const typed = words.map((word) => (word === 'ID' ? id : word));
    await screen.write(`${text}\n\n  $ ${selfCommand} ${typed.map(shellQuote).join(' ')}\n\n`);
    const { printed, code } = await runCommand(typed, context);
    await screen.write(`${printed}\n`);
    signal.throwIfAborted();
    if (code !== expected) exitAs(code);
  }
  await screen.write(closingText(selfCommand));
};

/** The id of the newest call with a caller, which not every provider reports. --verbose adds lines, so the row is found by pattern. */
const newestCaller = async (context: Context): Promise<string> => {
  const words = ['list', '-p', 'demo', '--kind', 'call', '-n', '20', '--fields', 'id,from', '-o', 'csv', '--no-header'];
  const { printed } = await runCommand(words, context);
  return /^([\w-]+),\+/m.exec(printed)?.[1] ?? '';
};

/** Runs a command; returns its terminal output and its exit code. */
const runCommand = async (
  words: readonly string[],
  { runtime, run, inherited }: Context,
): Promise<{ readonly printed: string; readonly code: number }> => {
  const { stream, text } = openCapture();
  const width = runtime.out.isTTY ? runtime.out.columns : DEFAULT_WIDTH;
  // Width 0 disables progress.
  const screens: Pick<Runtime, 'out' | 'err'> = {
    out: { stream, isTTY: true, columns: width },
    err: { stream, isTTY: true, columns: 0 },
  };
  const plain = runtime.out.isTTY ? [] : ['--no-color'];
  const code = await run([...inherited, ...plain, ...words], { ...runtime, ...screens });
  return { printed: text(), code };
};

/** Columns if the output is not a terminal. */
const DEFAULT_WIDTH = 100;

import { exitAs, exitCode } from '../core/failure.ts';
import { openTempFolder } from '../system/files/temp-folder.ts';
import type { Runtime } from '../system/runtime.ts';
import { openCapture } from '../system/terminal/capture.ts';
import { streamSink } from '../system/terminal/streams.ts';
import { type Context, type Define, examples } from './shared/context.ts';
import { withDeadline } from './shared/deadline.ts';

interface Step {
  readonly text: string;
  /** Arguments after `recx`, split at spaces; `ID` is replaced by the id of the newest call with a known caller. */
  readonly typed: string;
  readonly exitCode?: number;
}

/** The download folder as printed; the real one is temporary. */
const FOLDER = 'recordings';

const steps: readonly Step[] = [
  {
    text: 'The newest calls of three providers in one list.\nThe profile "demo" needs no account.',
    typed: 'list -p demo --kind call -n 8 --fields created_at,provider,from,to,duration_seconds',
  },
  {
    text: 'Filters work the same for every provider, even if its API lacks them:\nconferences of the last week.',
    typed: 'list -p demo --kind conference --since 7d -n 8 --fields created_at,provider,conference_name,from',
  },
  { text: 'All fields of one recording.', typed: 'get ID -p demo' },
  { text: 'Totals.', typed: 'stats -p demo --by week' },
  {
    text: 'The same rows as CSV, JSON or NDJSON, for a spreadsheet or a script.',
    typed: 'list -p demo --kind call -n 4 --fields created_at,provider,from,to -o csv',
  },
  {
    text:
      'The media files. Files get their final name only once complete and verified;\n' +
      'run the command again to fetch what is missing.',
    typed: `download -p demo --kind call --min-duration 1m -n 4 --dir ${FOLDER}`,
  },
  {
    text: 'Check the files against their manifest, and create a page with built-in playback.',
    typed: `verify ${FOLDER}`,
  },
  { text: '', typed: `report ${FOLDER}` },
  { text: 'Typos get a suggestion.', typed: 'list -p demo --stauts completed', exitCode: exitCode('usage') },
];

const closingText = (command: string): string =>
  `The folder "${FOLDER}" of this tour was temporary and has been removed.
Outside the tour, the commands above (download, verify, report) keep their files.

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
      // A signal must not end the program before the temporary folder is removed.
      return withDeadline(undefined, context, ({ signal }) => demo(context, signal));
    });
};

const demo = async (context: Context, signal: AbortSignal): Promise<void> => {
  const { selfCommand, out } = context.runtime;
  const screen = streamSink(out);
  const tempFolder = openTempFolder('demo');
  try {
    const folder = `${await tempFolder.folder()}/${FOLDER}`;
    const id = await newestCall(folder, context);
    for (const { text, typed, exitCode: expected = 0 } of steps) {
      const words = typed.replace('ID', id);
      await screen.write(`${text === '' ? '' : `${text}\n\n`}  $ ${selfCommand} ${words}\n\n`);
      const { printed, code } = await runCommand(words, folder, context);
      await screen.write(`${printed}\n`);
      signal.throwIfAborted();
      if (code !== expected) exitAs(code);
    }
    await screen.write(closingText(selfCommand));
  } finally {
    await tempFolder.remove();
  }
};

/** The id of the newest call with a caller, which not every provider reports. --verbose adds lines, so the row is found by pattern. */
const newestCall = async (folder: string, context: Context): Promise<string> => {
  const words = 'list -p demo --kind call -n 20 --fields id,from -o csv --no-header';
  const { printed } = await runCommand(words, folder, context);
  return /^([\w-]+),\+/m.exec(printed)?.[1] ?? '';
};

/** Runs a command; returns its terminal output with the folder name shortened, and its exit code. */
const runCommand = async (
  typed: string,
  folder: string,
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
  const words = typed.split(' ').map((word) => (word === FOLDER ? folder : word));
  const code = await run([...inherited, ...plain, ...words], { ...runtime, ...screens });
  return { printed: text().replaceAll(folder, FOLDER), code };
};

/** Columns if the output is not a terminal. */
const DEFAULT_WIDTH = 100;

import { exitAs, exitCode } from '../core/failure.ts';
import { openTempFolder } from '../system/files/temp-folder.ts';
import type { Runtime } from '../system/runtime.ts';
import { openCapture } from '../system/terminal/capture.ts';
import { streamSink } from '../system/terminal/streams.ts';
import { type Context, type Define, examples } from './shared/context.ts';

interface Step {
  readonly says: string;
  /** What is typed after `recx`, without quotes; `ID` is that of the newest call. */
  readonly typed: string;
  readonly ends?: number;
}

/** Where the tour downloads to, as it is shown. */
const FOLDER = 'recordings';

const steps: readonly Step[] = [
  {
    says: 'The newest recordings of three providers, in one shape.\nThe profile "demo" needs no account.',
    typed: 'list --profile demo --limit 6',
  },
  {
    says: 'Filters are the same everywhere, whether a provider has them or not:\nconferences of the last week.',
    typed: 'list --profile demo --kind conference --since 7d --min-duration 1m',
  },
  { says: 'One of them with all that is known.', typed: 'get ID --profile demo' },
  { says: 'What it adds up to.', typed: 'stats --profile demo --by week' },
  {
    says: 'The same rows for a spreadsheet or a script: csv, json or ndjson,\nwith the fields you name.',
    typed: 'list --profile demo --limit 3 --fields created_at,from,to,duration_seconds -o csv',
  },
  {
    says: 'The audio itself. A file is whole and checked, or it is not there;\na second run fetches only what is missing.',
    typed: `download --profile demo --limit 4 --dir ${FOLDER}`,
  },
  {
    says: 'Are the files still what they were?\nAnd a page about them, to look at and listen.',
    typed: `verify ${FOLDER}`,
  },
  { says: '', typed: `report ${FOLDER}` },
  {
    says: 'A slip is answered with what was meant.',
    typed: 'list --profile demo --stauts completed',
    ends: exitCode('usage'),
  },
];

const next = `Look around yourself:     recx browse --profile demo
With your own account:    recx profile add
Everything else:          recx help
`;

export const define: Define = (command, start) => {
  command
    .addHelpText(
      'after',
      examples(['recx demo', 'recx list --profile demo', 'recx list --profile demo -o json | jq length']),
    )
    .action(() => demo(start()));
};

const demo = async (context: Context): Promise<void> => {
  const { runtime } = context;
  const screen = streamSink(runtime.out);
  const tempFolder = openTempFolder('demo');
  try {
    const folder = `${await tempFolder.folder()}/${FOLDER}`;
    const newest = await runCommand('list --profile demo --kind call --limit 1 --fields id -o ndjson', folder, context);
    const { id } = JSON.parse(newest.text) as { readonly id: string }; // of the sample data
    for (const { says, typed, ends = 0 } of steps) {
      const words = typed.replace('ID', id);
      await screen.write(`${says === '' ? '' : `${says}\n\n`}  $ recx ${words}\n\n`);
      const { text, code } = await runCommand(words, folder, context);
      await screen.write(`${text}\n`);
      if (code !== ends) exitAs(code);
    }
    await screen.write(next);
  } finally {
    await tempFolder.remove();
  }
};

/** What a terminal would be sent by some words, with the folder of the tour by its short name, and the exit code. */
const runCommand = async (
  typed: string,
  folder: string,
  { runtime, run, inherited }: Context,
): Promise<{ readonly text: string; readonly code: number }> => {
  const { stream, text } = openCapture();
  const width = runtime.out.isTTY ? runtime.out.columns : DEFAULT_WIDTH;
  // Without a width there is no progress, which would come and go.
  const screens: Pick<Runtime, 'out' | 'err'> = {
    out: { stream, isTTY: true, columns: width },
    err: { stream, isTTY: true, columns: 0 },
  };
  const plain = runtime.out.isTTY ? [] : ['--no-color'];
  const words = typed.split(' ').map((word) => (word === FOLDER ? folder : word));
  const code = await run([...inherited, ...plain, ...words], { ...runtime, ...screens });
  return { text: text().replaceAll(folder, FOLDER), code };
};

/** Characters across where the tour is no terminal's. */
const DEFAULT_WIDTH = 100;

import { Option } from 'commander';
import { limits } from '../../system/limits.ts';
import { appendIds, appendValue, type Define, examples } from '../shared/context.ts';
import {
  addAccountOptions,
  addCallsOption,
  addFilterOptions,
  addLimitOption,
  addRunOptions,
  addSortOption,
} from '../shared/options.ts';
import type { DownloadOptions } from './types.ts';

export const define: Define = (command, start) => {
  addAccountOptions(
    command.argument(
      '[id...]',
      'ids, or their first 8 or more characters if shown lately or among the newest; - for ids from standard input',
      appendIds,
    ),
  );
  addSortOption(addLimitOption(addFilterOptions(command)))
    .option('--all', 'download every recording')
    .option('--dir <dir>', 'folder to download to', 'recordings')
    .option('-o, --output <file>', 'file for one recording, in the format of its extension; - for standard output')
    .option(
      '--media <formats>',
      'formats in order of preference: mp3,wav (repeatable, or commas; default: the native format)',
      appendValue,
    )
    .option('--name <template>', 'file names made of fields: {year}/{month}/{id}; the extension is added', '{id}')
    .option('--ids <file>', 'file of ids, or - for standard input: one per line, or the JSON, CSV or TSV of recx list')
    .option('--concurrency <n>', 'number of parallel downloads', String(limits.downloadConcurrency))
    .option('--overwrite', 'replace existing files')
    .option('--dry-run', 'show what would be downloaded, without downloading')
    .option('--sidecar', 'write name.json with all fields beside each file')
    .option('--no-manifest', 'do not write manifest.ndjson, which recx verify reads')
    .option('--stdout', 'write the media of one recording to standard output')
    .addOption(new Option('--shard <i/n>', 'only part i of n, or auto in a batch job'))
    .option('--rps <n>', 'maximum requests per second')
    .option('--max-time <duration>', 'stop after this long; run again to continue');
  addCallsOption(command);
  addRunOptions(command, 'in the same folder')
    .addHelpText(
      'after',
      examples([
        'recx download --profile demo --since 2d',
        "recx download -p demo --kind call --since 7d --media mp3,wav --name '{year}/{month}/{id}'",
        'recx list --profile demo --status completed -o json | recx download --profile demo',
      ]),
    )
    .action(async (ids: readonly string[], given: DownloadOptions) => {
      const context = start();
      // Loaded here, so that --help and completion are quick.
      const [{ readDownloadRun, withOutputFile }, { runDownload }] = await Promise.all([
        import('./read-run.ts'),
        import('./run.ts'),
      ]);
      const typed = Object.keys(given).filter((key) => command.getOptionValueSource(key) === 'cli');
      const options = withOutputFile(ids, given, typed, context);
      return runDownload(await readDownloadRun(ids, options, context), options, context);
    });
};

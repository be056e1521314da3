import { Option } from 'commander';
import { parseShard } from '../../core/download/shard.ts';
import { Failure } from '../../core/failure.ts';
import { choice, filterKeys } from '../../core/query.ts';
import { type MediaFormat, mediaFormats } from '../../core/recording.ts';
import { parseTemplate } from '../../core/template.ts';
import { limits } from '../../system/limits.ts';
import { type Context, type Define, examples, wholeNumber } from '../shared/context.ts';
import { addAccountOptions, addFilterOptions, durationOption, readQuery } from '../shared/options.ts';
import { runDownload } from './run.ts';
import type { DownloadOptions, DownloadRun } from './types.ts';

export const define: Define = (command, start) => {
  addAccountOptions(
    command.argument('[id...]', 'ids as shown by recx list (default: every recording that matches the filters)'),
  );
  addFilterOptions(command)
    .option('-n, --limit <n>', 'maximum number of recordings')
    .option('--dir <dir>', 'folder to download to', 'recordings')
    .option('--media <formats>', 'formats in order of preference: mp3,wav (default: the native format)')
    .option('--name <template>', 'file names made of fields: {year}/{month}/{id}; the extension is added', '{id}')
    .option('--ids <file>', 'file of ids, or - for standard input: one per line, or the JSON of recx list')
    .option('--concurrency <n>', 'number of parallel downloads', String(limits.downloadConcurrency))
    .option('--overwrite', 'replace existing files')
    .option('--dry-run', 'show what would be downloaded, without downloading')
    .option('--sidecar', 'write name.json with all fields beside each file')
    .option('--no-manifest', 'do not write manifest.ndjson, which recx verify reads')
    .option('--stdout', 'write the media of one recording to standard output')
    .addOption(new Option('--shard <i/n>', 'only part i of n, or auto in a batch job'))
    .option('--rps <n>', 'maximum requests per second')
    .option('--max-time <duration>', 'stop after this long; run again to continue')
    .option('--wait <duration>', 'how long to wait for another run in the same folder')
    .option('--summary <file>', 'write the counts as JSON to a file, or - for standard output')
    .addHelpText(
      'after',
      examples([
        'recx download --profile demo --since 2d',
        "recx download -p demo --kind call --since 7d --media mp3,wav --name '{year}/{month}/{id}'",
        'recx list --profile demo --status completed -o json | recx download --profile demo --ids -',
      ]),
    )
    .action((ids: readonly string[], options: DownloadOptions) => {
      const context = start();
      return runDownload(readRun(ids, options, context), options, context);
    });
};

const readRun = (ids: readonly string[], options: DownloadOptions, context: Context): DownloadRun => {
  const { runtime } = context;
  checkSelection(ids, options);
  const template = parseTemplate('--name', options.name);
  const empty = (['dir', 'summary', 'ids'] as const).find((key) => options[key]?.trim() === '');
  if (empty !== undefined) throw new Failure('usage', `--${empty}: the value is empty`);
  if (options.stdout === true) checkStdout(ids, options, context);
  return {
    ids: readIds(ids, options),
    query: readQuery(options, context),
    template,
    limit: optionalWholeNumber('--limit', options.limit, Number.MAX_SAFE_INTEGER),
    wanted: options.media === undefined ? undefined : readFormats(options.media),
    concurrency: wholeNumber('--concurrency', options.concurrency, 1, limits.maxDownloadConcurrency),
    shard: options.shard === undefined ? undefined : parseShard(options.shard, runtime.env),
    rps: optionalWholeNumber('--rps', options.rps, MAX_REQUESTS_PER_SECOND),
    maxTime: durationOption('--max-time', options.maxTime),
    waitMilliseconds: durationOption('--wait', options.wait) ?? 0,
  };
};

const checkSelection = (ids: readonly string[], options: DownloadOptions): void => {
  const filtered = filterKeys.some((key) => options[key] !== undefined) || options.limit !== undefined;
  const ways = [ids.length > 0, options.ids !== undefined, filtered].filter(Boolean);
  if (ways.length > 1) throw new Failure('usage', 'ids, --ids and filters cannot be used together');
};

const checkStdout = (ids: readonly string[], options: DownloadOptions, { runtime }: Context): void => {
  if (options.summary === '-') throw new Failure('usage', '--stdout and --summary - cannot be used together');
  if (ids.length !== 1) throw new Failure('usage', '--stdout requires exactly one id');
  const { dryRun, sidecar, overwrite, shard } = options;
  const forFiles = { '--dry-run': dryRun, '--sidecar': sidecar, '--overwrite': overwrite, '--shard': shard };
  const [flag] = Object.entries(forFiles).find(([, value]) => value !== undefined) ?? [];
  if (flag !== undefined) throw new Failure('usage', `--stdout and ${flag} cannot be used together`);
  if (runtime.out.isTTY) {
    throw new Failure('usage', '--stdout would write the media to the terminal', {
      hint: 'Redirect it: recx download <id> --stdout > file, or pipe it: | ffplay -',
    });
  }
};

const readIds = (ids: readonly string[], { ids: from }: DownloadOptions): DownloadRun['ids'] => {
  if (from !== undefined) return { from };
  return ids.length === 0 ? undefined : [...new Set(ids)].map((id) => ({ id }));
};

const MAX_REQUESTS_PER_SECOND = 10_000;

const optionalWholeNumber = (flag: string, text: string | undefined, most: number): number | undefined =>
  text === undefined ? undefined : wholeNumber(flag, text, 1, most);

const readFormats = (list: string): readonly MediaFormat[] => [
  ...new Set(list.split(',').map((format) => choice('--media', format, mediaFormats))),
];

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
  addAccountOptions(command.argument('[id...]', 'as shown by recx list; without ids everything that the filters keep'));
  addFilterOptions(command)
    .option('-n, --limit <n>', 'at most so many recordings')
    .option('--dir <dir>', 'where the files go', 'recordings')
    .option('--media <formats>', 'formats in order of preference: mp3,wav (default: the native one)')
    .option('--name <template>', 'names made of fields: {year}/{month}/{id}; the extension is added', '{id}')
    .option('--ids <file>', 'the ids in a file, or - for standard input: one a line, or the JSON of recx list')
    .option('--concurrency <n>', 'number of parallel downloads', String(limits.downloadConcurrency))
    .option('--overwrite', 'replace files that are there')
    .option('--dry-run', 'only say how many files and bytes there are to fetch')
    .option('--sidecar', 'name.json beside each file: the recording in full')
    .option('--no-manifest', 'no manifest.ndjson, which recx verify reads')
    .option('--stdout', 'the media of one recording to standard output')
    .addOption(new Option('--shard <i/n>', 'only the i-th of n parts, or auto in a batch job'))
    .option('--rps <n>', 'at most so many requests a second')
    .option('--max-time <duration>', 'stop after so long; the next run goes on')
    .option('--wait <duration>', 'wait for another run in the same folder')
    .option('--summary <file>', 'the counts as JSON to a file, or - for standard output')
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
  const filtered = filterKeys.some((key) => options[key] !== undefined) || options.limit !== undefined;
  const ways = [ids.length > 0, options.ids !== undefined, filtered].filter(Boolean);
  if (ways.length > 1) throw new Failure('usage', 'use one of ids, --ids and filters');
  const template = parseTemplate('--name', options.name);
  const empty = (['dir', 'summary', 'ids'] as const).find((key) => options[key]?.trim() === '');
  if (empty !== undefined) throw new Failure('usage', `--${empty}: the value is empty`);
  if (options.summary === '-' && options.stdout === true)
    throw new Failure('usage', 'use one of --stdout and --summary -');
  if (options.stdout === true && ids.length !== 1) throw new Failure('usage', '--stdout takes exactly one id');
  const { dryRun, sidecar, overwrite, shard } = options;
  const aboutFiles = { '--dry-run': dryRun, '--sidecar': sidecar, '--overwrite': overwrite, '--shard': shard };
  const [useless] = Object.entries(aboutFiles).find(([, value]) => value !== undefined) ?? [];
  if (options.stdout === true && useless !== undefined)
    throw new Failure('usage', `use one of --stdout and ${useless}`);
  if (options.stdout === true && runtime.out.isTTY) {
    throw new Failure('usage', '--stdout would write the media to the terminal', {
      hint: 'Send it on: recx download <id> --stdout > file, or | ffplay -',
    });
  }
  return {
    ids:
      options.ids === undefined
        ? ids.length > 0
          ? [...new Set(ids)].map((id) => ({ id }))
          : undefined
        : { from: options.ids },
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

const MAX_REQUESTS_PER_SECOND = 10_000;

const optionalWholeNumber = (flag: string, text: string | undefined, most: number): number | undefined =>
  text === undefined ? undefined : wholeNumber(flag, text, 1, most);

const readFormats = (list: string): readonly MediaFormat[] => [
  ...new Set(list.split(',').map((format) => choice('--media', format, mediaFormats))),
];

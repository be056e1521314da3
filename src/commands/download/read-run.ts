import { parseShard } from '../../core/download/shard.ts';
import { mediaOf } from '../../core/download/sidecar.ts';
import { Failure } from '../../core/failure.ts';
import { parseChoice, quote, valuesOfList } from '../../core/invalid-value.ts';
import { exactName, parseTemplate } from '../../core/naming/template.ts';
import { filterKeys } from '../../core/query.ts';
import { type MediaFormat, mediaFormats } from '../../core/recording.ts';
import { formatNames } from '../../formats/index.ts';
import { limits } from '../../system/limits.ts';
import { noTarget, readsStdin } from '../ids/id-lists.ts';
import { type Context, wholeNumber } from '../shared/context.ts';
import { checkAll, checkPaths, durationOption, readLimit, readQuery, readSort } from '../shared/options.ts';
import { callFieldsOf, readSortedFields } from '../shared/output.ts';
import type { DownloadOptions, DownloadRun } from './types.ts';

/** Reads the flags of a download. Throws a usage failure. */
export const readDownloadRun = async (
  ids: readonly string[],
  options: DownloadOptions,
  context: Context,
): Promise<DownloadRun> => {
  const { runtime } = context;
  const { output } = options;
  const template = output === undefined ? parseTemplate('--name', options.name) : exactName(options.name);
  checkPaths({ '--dir': options.dir, '--summary': options.summary, '--ids': options.ids }, runtime);
  await checkFolderName(options.dir);
  if (options.stdout === true) checkStdout(ids, options, context);
  if (options.withCalls === true && !options.manifest && options.sidecar !== true)
    throw new Failure('usage', '--with-calls and --no-manifest cannot be used together without --sidecar');
  const target = await readTarget(ids, options, context);
  readQuery(options, context);
  const { keys } = template;
  const sortedBy = await readSortedFields(options);
  const ofCalls = callFieldsOf({ withCalls: options.withCalls === true }, [...keys, ...sortedBy]);
  return {
    ids: target,
    freshQuery: () => ({ ...readQuery(options, context), ...ofCalls }),
    template,
    callFields: ofCalls.callFields ?? [],
    limit: readLimit(options.limit),
    order: await readSort(options),
    preferredFormats: options.media === undefined ? undefined : readFormats(options.media),
    concurrency: wholeNumber('--concurrency', options.concurrency, 1, limits.maxDownloadConcurrency),
    shard: options.shard === undefined ? undefined : parseShard(options.shard, runtime.env),
    rps: options.rps === undefined ? undefined : wholeNumber('--rps', options.rps, 1, MAX_REQUESTS_PER_SECOND),
    maxTime: durationOption('--max-time', options.maxTime),
    waitMilliseconds: durationOption('--wait', options.wait) ?? 0,
  };
};

/** What selects the recordings; undefined for the filters. Throws a usage failure for nothing or for a contradiction. */
const readTarget = async (
  words: readonly string[],
  options: DownloadOptions,
  { runtime }: Context,
): Promise<DownloadRun['ids']> => {
  const { ids: file, all, limit, sort } = options;
  const isFiltered = filterKeys.some((key) => options[key] !== undefined) || limit !== undefined;
  const from = file ?? (readsStdin(words) ? '-' : undefined);
  if ([words.length > 0, file !== undefined, isFiltered].filter(Boolean).length > 1) {
    // recx download --since yesterday ./calls
    const folder =
      words.length === 1 && file === undefined ? `For a folder: --dir ${words[0]?.slice(0, 60)}` : undefined;
    throw new Failure('usage', 'ids, --ids and filters cannot be used together', { hint: folder });
  }
  if (all === true && (words.length > 0 || file !== undefined))
    throw new Failure('usage', 'ids and --all cannot be used together');
  checkAll({ limit, all });
  if (sort !== undefined && (words.length > 0 || file !== undefined))
    throw new Failure('usage', 'ids and --sort cannot be used together', { hint: 'Ids are downloaded in their order' });
  if (from !== undefined) return { from, isOnlyTarget: false };
  if (words.length > 0) return { typed: words };
  if (all === true || isFiltered) return undefined;
  if (sort !== undefined) throw noTarget();
  const { isPipedIn } = await import('../../system/terminal/stdin.ts'); // rarely needed
  if (!isPipedIn(runtime)) throw noTarget();
  return { from: '-', isOnlyTarget: true };
};

/** Throws a usage failure for a folder that is named like a template, in which every file would be. */
const checkFolderName = async (dir: string): Promise<void> => {
  if (!/\{[a-z_]+\}|%[A-Za-z(]/.test(dir)) return;
  const { foreignPattern } = await import('../../core/text/foreign-pattern.ts'); // rarely needed
  const meant = /%[A-Za-z(]/.test(dir) ? foreignPattern(dir)?.instead : dir;
  const parts = meant?.split('/') ?? [];
  const first = parts.findIndex((part) => part.includes('{'));
  if (first === -1) return;
  const folder = parts.slice(0, first).join('/');
  const template = [...parts.slice(first).filter((part) => part !== ''), '{id}'].join('/');
  const { shellQuote } = await import('../../core/text/shell-quote.ts'); // rarely needed
  throw new Failure('usage', `--dir: ${quote(dir)} would be one folder of this name`, {
    hint: `Use ${folder === '' ? '' : `--dir ${shellQuote(folder)} `}--name ${shellQuote(template)}`,
  });
};

const checkStdout = (ids: readonly string[], options: DownloadOptions, { runtime }: Context): void => {
  if (options.summary === '-') throw new Failure('usage', '--stdout and --summary - cannot be used together');
  if (ids.length !== 1 || ids[0] === '-') throw new Failure('usage', '--stdout requires exactly one id');
  const { dryRun, sidecar, overwrite, shard, withCalls } = options;
  const forFiles = {
    '--dry-run': dryRun,
    '--sidecar': sidecar,
    '--overwrite': overwrite,
    '--shard': shard,
    '--with-calls': withCalls,
  };
  const [flag] = Object.entries(forFiles).find(([, value]) => value !== undefined) ?? [];
  if (flag !== undefined) throw new Failure('usage', `--stdout and ${flag} cannot be used together`);
  if (runtime.out.isTTY) {
    throw new Failure('usage', '--stdout would write the media to the terminal', {
      hint: 'Redirect it: recx download <id> --stdout > file, or pipe it: | ffplay -',
    });
  }
};

/**
 * The options with a folder and a name in the place of `--output`; `typed` are the names of the flags on the command line.
 * Throws a usage failure.
 */
export const withOutputFile = (
  words: readonly string[],
  options: DownloadOptions,
  typed: readonly string[],
  { runtime }: Context,
): DownloadOptions => {
  const { output } = options;
  if (output === undefined) return options;
  checkPaths({ '--output': output }, runtime);
  const [, folder = '', name = ''] =
    (runtime.platform === 'win32' ? /^(.*[/\\])?(.*)$/s : /^(.*\/)?(.*)$/s).exec(output) ?? [];
  if (/^\.{0,2}$/.test(name)) throw isFolder(output);
  if (words.length !== 1 || words[0] === '-' || options.ids !== undefined)
    throw new Failure('usage', '--output requires exactly one id', {
      hint: 'For several recordings use --dir and --name',
      rejected: { name: 'name of one file', word: output },
    });
  for (const key of ['dir', 'name', 'shard', 'stdout']) {
    if (!typed.includes(key)) continue;
    const path = key === 'dir' && output !== '-' ? `${options.dir.replace(/\/$/, '')}/${output}` : undefined;
    throw new Failure('usage', `--output and --${key} cannot be used together`, {
      hint: path && `Use --output ${path}`,
    });
  }
  if (output === '-') {
    const { output: _, ...rest } = options;
    return { ...rest, stdout: true };
  }
  if (formatNames.some((name) => name === output))
    throw new Failure('usage', `--output: ${quote(output)} is an output format; a download has a file here`, {
      hint: `A file of that name: --output ./${output}`,
    });
  if (/[\\\p{Cc}]/u.test(name))
    throw new Failure('usage', `--output: ${quote(name)} has a character that is not allowed in file names`);
  const format = mediaOf(name.toLowerCase())?.format;
  if (format !== undefined && options.media !== undefined && !readFormats(options.media).includes(format))
    throw new Failure('usage', `--output ${quote(name)} and --media contradict each other`);
  const dir = folder.replace(/(?!^)\/$/, '') || '.';
  return { ...options, dir, name, ...(format === undefined ? {} : { media: [format] }) };
};

/** The failure of an `--output` that names a folder. */
export const isFolder = (path: string): Failure =>
  new Failure('usage', `--output: ${quote(path)} is a folder, not a file`, { hint: `Use --dir ${path}` });

const MAX_REQUESTS_PER_SECOND = 10_000;

const readFormats = (lists: readonly string[]): readonly MediaFormat[] => {
  const formats = lists.flatMap((list) => valuesOfList('--media', list));
  return [...new Set(formats.map((format) => parseChoice('--media', format, mediaFormats)))];
};

import { definitions } from '../../../providers/index.ts';
import { plivoVoice } from '../../../providers/plivo.ts';
import { PREFETCHED_PAGES } from '../../../providers/plivo-windows.ts';
import { limits } from '../../../system/limits.ts';
import { defaults } from '../../shared/context.ts';
import type { Topic } from './topic.ts';

const seconds = (milliseconds: number): string => `${milliseconds / 1000} s`;

export const scale: Topic = {
  title: 'Scale',
  blocks: [
    'Lists are read page by page to the end, and written as the pages arrive. list shows 50 recordings unless --limit or ' +
      '--all is given; download and export have no default limit. Memory use does not grow with the number of recordings, ' +
      'except for a few tens of bytes per id, to avoid duplicates; an incremental export also holds the ids within its ' +
      'lookback, and --sort the rows, up to 1,000,000 and with --limit only that many.',
    'Server-side filters reduce the number of pages. All other filters are client-side: every page is read. The page sizes ' +
      'and limits of each API:',
    definitions.map(
      ({ vendor, api, pageSize, limitsText: own }) =>
        [`${vendor.name} ${api}`, `${pageSize} per page; ${own}`] as const,
    ),
    `Plivo serves only ${plivoVoice.pageSize} recordings per page, so --since matters most there. recx stays within its ` +
      `rate limit automatically, with ${PREFETCHED_PAGES} requests in flight.`,
    [
      [
        '--concurrency <n>',
        `parallel downloads (default: ${limits.downloadConcurrency}, at most ${limits.maxDownloadConcurrency})`,
      ],
      ['--rps <n>', 'maximum requests per second of a download, to the API and for media together'],
      ['--max-time <duration>', 'ends a download with exit code 9; run again to continue'],
      ['--shard <i/n>', 'only part i of n equal parts, by a stable hash of the id; n machines may share a folder'],
      ['--retries <n>', `retries per failed request (default: ${defaults.retries})`],
      ['--timeout <duration>', `timeout per request attempt (default: ${defaults.timeout})`],
    ],
    `recx honours Retry-After up to ${seconds(limits.maxRetryAfter)}. A run has ` +
      `${limits.retriesPerRun} retries, and one more for every ${limits.successesPerRetry} successful requests. A download stops after ` +
      `${limits.maxUnreachableInARow} consecutive recordings whose server cannot be reached, and after ${limits.maxFailedInARow} consecutive failures. ` +
      `A page may have ${limits.maxPageBytes / 2 ** 20} MiB, and media must arrive at ${limits.minMediaBytes / 1024} KiB or more in any ${seconds(limits.minMediaBytesInterval)}.`,
    'Running a download again reads the list again and skips the files that exist. --dry-run shows how many files and bytes ' +
      'there are to download. An --incremental export reads only slightly more than the new recordings. ' +
      '--shard auto reads its numbers from the batch system: see "recx help environment".',
  ],
  examples: [
    'recx download -p demo --since 2d --concurrency 16 --rps 50 --max-time 1h',
    'recx download -p demo --since 7d --shard 2/8',
    'recx download --profile demo --all --dry-run',
  ],
};

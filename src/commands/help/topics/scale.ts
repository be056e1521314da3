import { definitions } from '../../../providers/index.ts';
import { PREFETCHED_PAGES } from '../../../providers/plivo.ts';
import { limits } from '../../../system/limits.ts';
import { defaults } from '../../shared/context.ts';
import type { Topic } from './topic.ts';

const seconds = (milliseconds: number): string => `${milliseconds / 1000} s`;

export const scale: Topic = {
  title: 'Scale',
  blocks: [
    'Lists are read page by page to their end and written as the pages arrive. list shows 50 recordings unless --limit ' +
      'or --all says otherwise; download and export have no such limit. Memory does not grow with the recordings, but for ' +
      'some tens of bytes for each id, so that none comes twice; an incremental export also holds the ids of its lookback.',
    'What an API filters itself makes it send fewer pages; everything else is filtered here, and every page is read. ' +
      'The pages and limits of each API:',
    definitions.map(
      ({ vendor, api, pageSize, limits: own }) => [`${vendor.name} ${api}`, `${pageSize} a page; ${own}`] as const,
    ),
    'Plivo serves only 20 recordings a page, so --since saves the most there. recx stays within the rate limit ' +
      `automatically, with ${PREFETCHED_PAGES} requests in flight.`,
    [
      [
        '--concurrency <n>',
        `parallel downloads (default: ${limits.downloadConcurrency}, at most ${limits.maxDownloadConcurrency})`,
      ],
      ['--rps <n>', 'at most so many requests a second in a download, to the API and for media together'],
      ['--max-time <duration>', 'ends a download with exit code 9; the next run goes on from there'],
      [
        '--shard <i/n>',
        'only the i-th of n equal parts, by a hash of the id that never changes; n machines may share a folder',
      ],
      ['--retries <n>', `further attempts of a request (default: ${defaults.retries})`],
      ['--timeout <duration>', `for one attempt of a request (default: ${defaults.timeout})`],
    ],
    `A server that is busy is waited for as long as its Retry-After asks, up to ${seconds(limits.longestRetryAfter)}; a run has ` +
      `${limits.retriesPerRun} retries, and one more for every ${limits.successesPerRetry} requests that go well. A download stops after ` +
      `${limits.unreachableInARow} recordings in a row whose server cannot be reached, and after ${limits.failedInARow} that fail. A page may have ` +
      `${limits.pageBytes / 2 ** 20} MiB, and media must bring at least ${limits.mediaLeastBytes / 1024} KiB in any ${seconds(limits.mediaLeastTime)}.`,
    'Running a download again asks for the list anew and for no file that is there. --dry-run says how many files and bytes ' +
      'there are to fetch. An --incremental export reads little more than what is new, and --shard auto takes its numbers from the ' +
      'batch system: see "recx help environment".',
  ],
  examples: [
    'recx download -p demo --since 2d --concurrency 16 --rps 50 --max-time 1h',
    'recx download -p demo --since 7d --shard 2/8',
    'recx download --profile demo --dry-run',
  ],
};

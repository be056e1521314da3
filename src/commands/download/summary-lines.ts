import { formatBytes } from '../../core/columns.ts';
import { type Outcome, outcomes } from '../../core/download/outcome.ts';
import { plural, sanitize, sanitizeLine } from '../../core/text/sanitize.ts';
import { formatClock } from '../../core/time/duration.ts';

/** The counts of a download so far. */
export interface DownloadTotals {
  readonly counts: Record<Outcome, number>;
  /** Bytes of complete files. */
  bytes: number;
  /** Files of unknown size in a dry run. */
  unknownSizes: number;
  /** Bytes received, also of files that are not complete. */
  received: number;
  /** Recordings listed so far, and whether these are all. */
  listed: number;
  allListed: boolean;
}

/** The folder that files go to, or the one file. */
export interface SummaryTarget {
  readonly dir: string;
  readonly output?: string | undefined;
}

/** `12/40 files · 21 MB · 4 MB/s · 0:10 left · 1 failed`. */
export const progressLine = (
  { counts, received, listed, allListed }: DownloadTotals,
  finished: number,
  seconds: number,
  listing = 'listing',
): string => {
  const rate = received / Math.max(seconds, 0.001);
  const failed = counts.failed + counts.gone;
  return [
    `${finished}${allListed ? `/${listed}` : ''} files`,
    formatBytes(Math.max(0, received)),
    `${formatBytes(Math.max(0, rate))}/s`,
    allListed && finished > 0 ? `${formatClock(Math.ceil((seconds / finished) * (listed - finished)))} left` : listing,
    ...(failed > 0 ? [`${failed} failed`] : []),
  ].join(' · ');
};

/**
 * `9 downloaded to recordings/; gone 1 (21 MB in 0:02)`, `stopped: 7 downloaded to recordings/, 33 remaining (21 MB in
 * 0:02)`, or, if every file exists, `nothing to download: 96 files already in recordings/`.
 */
export const finalLine = (
  { counts, bytes, listed, allListed }: DownloadTotals,
  finished: number,
  seconds: number,
  target: SummaryTarget,
): string => {
  const withoutDownload = counts.skipped + counts.absent + counts.pending;
  if (allListed && listed === finished && finished === withoutDownload) {
    const present = counts.skipped === 0 ? '' : `: ${presentText(counts.skipped, target)}`;
    return `nothing to download${present}${others(counts, ['done', 'skipped'])}`;
  }
  const remaining = listed - finished;
  const start = remaining > 0 ? 'stopped: ' : '';
  const left = remaining > 0 ? `, ${remaining} remaining` : '';
  const cost = `${formatBytes(bytes)} in ${formatClock(Math.round(seconds))}`;
  return `${start}${counts.done} downloaded to ${targetText(target)}${left}${others(counts, ['done'])} (${cost})`;
};

/** `would download 3 files (1.2 MB) to recordings/; skipped 2`. */
export const planLine = ({ counts, bytes, unknownSizes }: DownloadTotals, target: SummaryTarget): string => {
  const size = [
    ...(unknownSizes < counts.done ? [formatBytes(bytes)] : []),
    ...(unknownSizes > 0 ? [`${unknownSizes} of unknown size`] : []),
  ].join(' and ');
  const files = `${plural(counts.done, 'file')}${counts.done > 0 ? ` (${size})` : ''}`;
  return `would download ${files} to ${targetText(target)}${others(counts, ['done'])}`;
};

const presentText = (count: number, target: SummaryTarget): string =>
  target.output === undefined
    ? `${plural(count, 'file')} already in ${targetText(target)}`
    : `${targetText(target)} already exists`;

const targetText = ({ dir, output }: SummaryTarget): string =>
  output === undefined ? sanitize(dir).replace(/\/?$/, '/') : sanitize(output);

/** `; skipped 3, gone 1`: the other outcomes by their names in `--summary`. */
const others = (counts: DownloadTotals['counts'], except: readonly Outcome[]): string => {
  const rest = outcomes.filter((outcome) => !except.includes(outcome) && counts[outcome] > 0);
  return rest.length === 0 ? '' : `; ${rest.map((outcome) => `${outcome} ${counts[outcome]}`).join(', ')}`;
};

/** An id for a message. */
export const shortId = (id: string): string => sanitizeLine(id, MAX_ID_LENGTH);

/** Maximum characters of an id in a message, so that the reason remains visible. */
const MAX_ID_LENGTH = 100;

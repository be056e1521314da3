import { type Outcome, outcomes } from '../../core/download/outcome.ts';
import { pathBelow } from '../../core/export/destination.ts';
import { sanitizeLine } from '../../core/text/sanitize.ts';
import {
  type DownloadTotals,
  finalLine,
  planLine,
  progressLine,
  type SummaryTarget,
  shortId,
} from './summary-lines.ts';

/** The counts of a download, and texts about them. */
export interface DownloadSummary {
  readonly counts: Readonly<Record<Outcome, number>>;
  readonly listed: number;
  /** Recordings without an outcome. */
  readonly remaining: number;
  /** A requested recording has no file: failed, deleted, missing or not ready. */
  readonly hasUnfinished: boolean;
  add(outcome: Outcome, bytes: number | null, more?: ResultDetails): void;
  /** The recordings that are not ready, by some of their ids; undefined if there are none. */
  readonly pendingHint: string | undefined;
  /** What a person should know of the names of files. */
  readonly remarks: readonly string[];
  /** The first of the files that were downloaded, or in a dry run would be. */
  readonly files: readonly string[];
  /** The hint, unless the run has given it before. */
  newHint(hint: string | undefined): string | undefined;
  /** Bytes as they are received; negative if they have to be fetched again. */
  onBytes(count: number): void;
  onListed(count: number, all: boolean): void;
  /** One line for a terminal, while files are downloaded. `listing` is how far the list has come. */
  progressLine(listing?: string): string;
  /** One line at the end; with `namesFile` of a single file by its path instead of its folder. */
  finalLine(target: SummaryTarget, settings?: { readonly namesFile?: boolean }): string;
  /** One line for a dry run, in which `done` counts the files to download. */
  planLine(target: SummaryTarget): string;
  /** For scripts. */
  summary(exitCode: number): Readonly<Record<string, unknown>>;
}

/** What is told about the recording of a result. */
interface ResultDetails {
  readonly id?: string;
  readonly path?: string;
  readonly isRenamed?: boolean;
}

/** Files that a dry run names. */
const MAX_NAMED_FILES = 20;
/** Recordings that are not ready and are named. */
const MAX_PENDING_IDS = 3;

/** `now` counts milliseconds from any moment. */
export const openSummary = (now: () => number): DownloadSummary => {
  const started = now();
  const totals: DownloadTotals = {
    counts: Object.fromEntries(outcomes.map((outcome) => [outcome, 0])) as Record<Outcome, number>, // all keys are set
    bytes: 0,
    unknownSizes: 0,
    received: 0,
    listed: 0,
    allListed: false,
  };
  const { counts } = totals;
  const hints = new Set<string>();
  const pendingIds: string[] = [];
  const files: string[] = [];
  let renamed = 0;
  let misnamed: string | undefined;
  const seconds = (): number => (now() - started) / 1000;

  return {
    counts,
    newHint: (hint) => {
      if (hint === undefined || hints.has(hint)) return undefined;
      hints.add(hint);
      return hint;
    },
    get listed() {
      return totals.listed;
    },
    get remaining() {
      return totals.listed - finishedOf(totals);
    },
    get hasUnfinished() {
      return counts.failed + counts.gone + counts.missing + counts.pending > 0;
    },
    get pendingHint() {
      if (pendingIds.length === 0) return undefined;
      const more = counts.pending - pendingIds.length;
      return `Not ready yet: ${pendingIds.join(', ')}${more > 0 ? ` and ${more} more` : ''}; a later run downloads them`;
    },
    files,
    get remarks() {
      const [are, names] = renamed === 1 ? ['is', 'another name'] : ['are', 'other names'];
      return [
        ...(renamed === 0 ? [] : [`${renamed} of these recordings ${are} in manifest.ndjson already, under ${names}`]),
        ...(misnamed === undefined
          ? []
          : [
              `files of another format have it added to their names, as in ${sanitizeLine(misnamed, 100)}; for one format alone use --media`,
            ]),
      ];
    },
    add: (outcome, bytes, { id, path, isRenamed = false } = {}) => {
      counts[outcome]++;
      if (outcome === 'pending' && id !== undefined && pendingIds.length < MAX_PENDING_IDS)
        pendingIds.push(shortId(id));
      if (outcome !== 'done') return;
      if (path !== undefined && files.length < MAX_NAMED_FILES) files.push(path);
      if (isRenamed) renamed++;
      if (path !== undefined && otherFormat.test(path)) misnamed ??= path;
      totals.bytes += bytes ?? 0;
      if (bytes === null) totals.unknownSizes++;
    },
    onBytes: (count) => {
      totals.received += count;
    },
    onListed: (count, all) => {
      totals.listed = count;
      totals.allListed = all;
    },
    progressLine: (listing) => progressLine(totals, finishedOf(totals), seconds(), listing),
    finalLine: ({ dir, output }, { namesFile = false } = {}) => {
      const [only] = namesFile && counts.done === 1 ? files : [];
      const path = only === undefined ? undefined : pathBelow(dir, only);
      return finalLine(totals, finishedOf(totals), seconds(), { dir, output: output ?? path });
    },
    planLine: (target) => planLine(totals, target),
    summary: (exitCode) => ({
      ...counts,
      listed: totals.listed,
      bytes: totals.bytes,
      seconds: Math.round(seconds() * 1000) / 1000,
      exit_code: exitCode,
    }),
  };
};

/** A name with the extension of another format before its own. */
const otherFormat = /\.(?:mp3\.(?:wav|mp4)|wav\.(?:mp3|mp4)|mp4\.(?:mp3|wav))(?:\.enc)?$/i;

/** Recordings with an outcome. */
const finishedOf = ({ counts }: DownloadTotals): number => outcomes.reduce((sum, outcome) => sum + counts[outcome], 0);

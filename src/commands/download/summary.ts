import { decimalBytes } from '../../core/columns.ts';
import { type Outcome, outcomes } from '../../core/download/outcome.ts';
import { plural } from '../../core/text/sanitize.ts';
import { formatClock } from '../../core/time.ts';

/** What a download has done so far, and how it says so. */
export interface DownloadSummary {
  readonly counts: Readonly<Record<Outcome, number>>;
  add(outcome: Outcome, bytes: number | null): void;
  /** Bytes as they come; fewer than none when they have to come again. */
  onBytes(count: number): void;
  onListed(count: number, all: boolean): void;
  /** There was something to do. */
  readonly began: boolean;
  /** Something did not come that was asked for. */
  readonly hasFailures: boolean;
  /** One line for a terminal, while it goes on. */
  progressLine(): string;
  /** One line at the end. */
  finalLine(): string;
  /** One line that says what a run would do, counting what is `done` as what there is to do. */
  planLine(folder: string): string;
  /** For scripts. */
  summary(exitCode: number): Readonly<Record<string, unknown>>;
}

/** `now` counts milliseconds from anywhere. */
export const openSummary = (now: () => number): DownloadSummary => {
  const started = now();
  const counts = Object.fromEntries(outcomes.map((outcome) => [outcome, 0])) as Record<Outcome, number>; // each of them
  const state = { bytes: 0, unsized: 0, coming: 0, listed: 0, all: false };
  const settled = (): number => outcomes.reduce((sum, outcome) => sum + counts[outcome], 0);
  const seconds = (): number => (now() - started) / 1000;

  return {
    counts,
    add: (outcome, bytes) => {
      counts[outcome]++;
      if (outcome !== 'done') return;
      state.bytes += bytes ?? 0;
      if (bytes === null) state.unsized++;
    },
    onBytes: (count) => {
      state.coming += count;
    },
    onListed: (count, all) => Object.assign(state, { listed: count, all }),
    get began() {
      return state.listed > 0;
    },
    get hasFailures() {
      return counts.failed + counts.gone + counts.missing + counts.pending > 0;
    },
    progressLine: () => {
      const ended = settled();
      const rate = state.coming / Math.max(seconds(), 0.001);
      const left = state.all && ended > 0 ? (seconds() / ended) * (state.listed - ended) : undefined;
      return [
        `${ended}${state.all ? `/${state.listed}` : ''} files`,
        decimalBytes(Math.max(0, state.coming)),
        `${decimalBytes(Math.max(0, rate))}/s`,
        left === undefined ? 'listing' : `${formatClock(Math.ceil(left))} left`,
        ...(counts.failed + counts.gone > 0 ? [`${counts.failed + counts.gone} failed`] : []),
      ].join(' · ');
    },
    finalLine: () => {
      const said = outcomes.filter((outcome) => outcome === 'done' || counts[outcome] > 0);
      const left = state.listed - settled();
      const parts = [...said.map((outcome) => `${outcome} ${counts[outcome]}`), ...(left > 0 ? [`left ${left}`] : [])];
      const unsized = state.unsized > 0 ? ` and ${plural(state.unsized, 'file')} of unknown size` : '';
      return `${parts.join(', ')}: ${decimalBytes(state.bytes)}${unsized} in ${formatClock(Math.round(seconds()))}`;
    },
    planLine: (folder) => {
      const others = outcomes.filter((outcome) => outcome !== 'done' && counts[outcome] > 0);
      const size = [
        ...(state.unsized < counts.done ? [decimalBytes(state.bytes)] : []),
        ...(state.unsized > 0 ? [`${state.unsized} of unknown size`] : []),
      ].join(' and ');
      const rest = others.map((outcome) => `, ${outcome} ${counts[outcome]}`).join('');
      return `would fetch ${plural(counts.done, 'file')}${counts.done > 0 ? ` (${size})` : ''} into ${folder}${rest}`;
    },
    summary: (exitCode) => ({
      ...counts,
      listed: state.listed,
      bytes: state.bytes,
      seconds: Math.round(seconds() * 1000) / 1000,
      exit_code: exitCode,
    }),
  };
};

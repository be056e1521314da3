import { formatBytes } from '../../core/columns.ts';
import { MANIFEST } from '../../core/download/manifest.ts';
import { type FileRow, type Groups, periodsOf, type ReportTotals } from '../../core/download/report-model.ts';
import { plural } from '../../core/text/sanitize.ts';
import { withThousands } from '../../core/text/thousands.ts';
import { formatClock } from '../../core/time/duration.ts';
import { localTime } from '../../core/time/zone.ts';
import { escapeHtml, hrefOf, htmlTable } from './html.ts';

/** The facts about a report and its folder. */
export interface ReportInfo {
  /** Undefined for the default: the name of the folder and the days of its recordings. */
  readonly title: string | undefined;
  readonly folder: string;
  /** The version of recx. */
  readonly version: string;
  /** Milliseconds since 1970. */
  readonly now: number;
  readonly zone: string;
  /** Whether SHA-256 hashes were compared, or only sizes. */
  readonly hashed: boolean;
  /** The URL of the folder, relative to the page. */
  readonly base: string;
  /** SHA-256 of the manifest; null if not found. */
  readonly sha256: string | null;
}

/** The title: the one given, else such as `Recordings in evidence, 20–27 Nov 2026`. */
export const titleOf = ({ firstDay, lastDay }: ReportTotals, { title, folder }: ReportInfo): string =>
  title ?? [`Recordings in ${folder}`, firstDay === '' ? [] : formatDays(firstDay, lastDay)].flat().join(', ');

/** Two days such as `2026-11-20` as `20–27 Nov 2026`, with only what differs repeated. */
const formatDays = (first: string, last: string): string => {
  const [from, to] = [first, last].map((day) => {
    const [year = '', month = '', date = ''] = day.split('-');
    return [String(Number(date)), MONTHS[Number(month) - 1] ?? month, year] as const;
  });
  if (from === undefined || to === undefined || first === last) return to?.join(' ') ?? '';
  if (from[2] !== to[2]) return `${from.join(' ')} – ${to.join(' ')}`;
  return from[1] === to[1] ? `${from[0]}–${to.join(' ')}` : `${from[0]} ${from[1]} – ${to.join(' ')}`;
};

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** The label of the state `ok`. */
export const okLabel = ({ hashed }: ReportInfo): string => (hashed ? 'Verified' : 'Present');

const formatMoment = (epoch: number, zone: string): string => `${localTime(epoch, zone)} ${zone}`;

export const introduction = ({ files }: ReportTotals, { folder, version, now, zone, hashed }: ReportInfo): string => {
  const generated = `Generated ${formatMoment(now, zone)} by recx ${version} from ${folder.replace(/\/?$/, '/')}.`;
  if (files === 0) return `${generated} The folder is empty.`;
  return hashed
    ? `${generated} File sizes and SHA-256 hashes checked.`
    : `${generated} File sizes checked; contents not hashed (use --check).`;
};

export const figures = (totals: ReportTotals, { hashed }: ReportInfo): string => {
  const { files, bytes, seconds, withDuration, ok, missing, damaged } = totals;
  const duration =
    withDuration === 0
      ? []
      : [['Duration', formatClock(seconds), withDuration < files ? `of ${withThousands(withDuration)} files` : '']];
  const all = [
    ['Files', withThousands(files), ''],
    ['Size', formatBytes(bytes), `${withThousands(bytes)} bytes`],
    ...duration,
    [hashed ? 'Verified' : 'Present', withThousands(ok), '', 'ok'],
    ['Missing', withThousands(missing), '', missing > 0 ? 'missing' : ''],
    ['Damaged', withThousands(damaged), '', damaged > 0 ? 'damaged' : ''],
  ];
  const figure = ([name = '', value = '', detail = '', state = '']: readonly string[]): string =>
    `<div${state === '' ? '' : ` class="${state}"`}><dt>${name}</dt><dd>${value}${detail === '' ? '' : ` <small>${detail}</small>`}</dd></div>\n`;
  return `<dl class="figures">\n${all.map(figure).join('')}</dl>\n`;
};

export const notices = ({ missing, damaged, unreadableLines, unreadableSidecars, extras }: ReportTotals): string => {
  const candidates: readonly (readonly [count: number, text: string])[] = [
    [missing, `${plural(missing, 'file')} listed in the manifest ${missing === 1 ? 'is' : 'are'} missing.`],
    [damaged, `${plural(damaged, 'file')} ${damaged === 1 ? 'does' : 'do'} not match the manifest.`],
    [
      unreadableLines,
      `${plural(unreadableLines, 'line')} of the manifest cannot be read and ${unreadableLines === 1 ? 'was' : 'were'} skipped.`,
    ],
    [
      unreadableSidecars,
      `${plural(unreadableSidecars, 'sidecar')} cannot be read or ${unreadableSidecars === 1 ? 'belongs' : 'belong'} to another recording, and ${unreadableSidecars === 1 ? 'was' : 'were'} skipped.`,
    ],
    [extras, `${plural(extras, 'file')} in the folder ${extras === 1 ? 'is' : 'are'} not listed in the manifest.`],
  ];
  const lines = candidates.filter(([count]) => count > 0).map(([, text]) => `<li>${text}</li>\n`);
  return lines.length === 0 ? '' : `<ul class="notices">\n${lines.join('')}</ul>\n`;
};

export const summary = ({ providers, profiles, kinds, days }: ReportTotals): string => {
  const { unit, groups } = periodsOf(days);
  const known = [...kinds.keys()].some((kind) => kind !== 'unknown');
  const tables = [
    groupTable('Provider', providers),
    groupTable('Profile', profiles),
    known ? groupTable('Kind', kinds) : '',
    groupTable(unit, groups),
  ];
  return `<details id="summary">\n<summary>By provider, profile, ${known ? 'kind, ' : ''}${unit.toLowerCase()}</summary>\n<div class="groups">\n${tables.join('')}</div>\n</details>\n`;
};

const groupTable = (title: string, groups: Groups): string =>
  htmlTable(
    `By ${title.toLowerCase()}`,
    [title, 'Files', 'Size'],
    [...groups].map(([name, { files, bytes }]) => [escapeHtml(name), withThousands(files), formatBytes(bytes)]),
    [1, 2],
  );

/** The cells of a row in the table for browsers without JavaScript, as markup. */
export const noscriptCells = (row: FileRow, about: ReportInfo): string[] => {
  const epoch = row.createdAt === null ? Number.NaN : Date.parse(row.createdAt);
  const state = row.state === 'ok' ? okLabel(about) : row.state === 'missing' ? 'Missing' : 'Damaged';
  const name = escapeHtml(row.path);
  return [
    `<span class="state ${row.state}">${state}</span>`,
    Number.isNaN(epoch) ? escapeHtml(row.createdAt ?? '') : localTime(epoch, about.zone),
    row.durationSeconds === null ? '' : formatClock(row.durationSeconds),
    ...[row.kind, row.from, row.to].map((value) => escapeHtml(value ?? '')),
    escapeHtml(`${row.provider} ${row.api}`),
    escapeHtml(row.profile),
    row.media === null ? name : `<a href="${escapeHtml(hrefOf(about.base, row.path))}">${name}</a>`,
    withThousands(row.bytes),
    `<code>${escapeHtml(row.sha256)}</code>${row.note === null ? '' : `<br>${escapeHtml(row.note)}`}`,
  ];
};

export const noscriptTable = (
  { files }: ReportTotals,
  { zone }: ReportInfo,
  rows: readonly (readonly string[])[],
): string => {
  const range = rows.length === files ? '' : `, the first ${withThousands(rows.length)} of ${withThousands(files)}`;
  const created = `Created (${escapeHtml(zone)})`;
  const call = ['Duration', 'Kind', 'From', 'To'];
  const head = ['State', created, ...call, 'Provider', 'Profile', 'File', 'Bytes', 'SHA-256'];
  return `<h2>Recordings</h2>\n<p>Searching, sorting${range === '' ? ' and playing' : ', playing and the remaining rows'} require JavaScript.</p>\n${htmlTable(`Files in the manifest${range}`, head, rows, [2, 9])}`;
};

export const extras = ({ extras: count, extraPaths }: ReportTotals): string => {
  if (count === 0) return '';
  const paths = extraPaths.map((path) => `<li>${escapeHtml(path)}</li>\n`).join('');
  const rest = count - extraPaths.length;
  return `<section>\n<h2>Not listed in the manifest</h2>\n<ul class="paths">\n${paths}${rest === 0 ? '' : `<li>and ${withThousands(rest)} more</li>\n`}</ul>\n</section>\n`;
};

export const footer = ({ sha256 }: ReportInfo): string =>
  sha256 === null
    ? 'The folder has no manifest.'
    : `SHA-256 of ${MANIFEST} when this page was generated: <code>${escapeHtml(sha256)}</code>`;

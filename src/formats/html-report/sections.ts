import { decimalBytes } from '../../core/columns.ts';
import { type FileRow, type Groups, periodsOf, type ReportTotals } from '../../core/download/report-model.ts';
import { plural } from '../../core/text/sanitize.ts';
import { thousands } from '../../core/text/thousands.ts';
import { formatClock, localTime } from '../../core/time.ts';
import { escapeHtml, hrefOf, tableOf } from './html.ts';

/** What a page says of itself. */
export interface ReportInfo {
  readonly title: string;
  readonly folder: string;
  /** Of recx. */
  readonly version: string;
  /** Milliseconds since 1970. */
  readonly now: number;
  readonly zone: string;
  /** Whether every byte was read, or only sizes were compared. */
  readonly hashed: boolean;
  /** The address of the folder, as seen from the page. */
  readonly base: string;
  /** Of the manifest itself; null where there is none. */
  readonly sha256: string | null;
}

export const okWord = ({ hashed }: ReportInfo): string => (hashed ? 'Verified' : 'Present');

const moment = (epoch: number, zone: string): string => `${localTime(epoch, zone)} ${zone}`;

export const introduction = ({ files }: ReportTotals, { folder, version, now, zone, hashed }: ReportInfo): string => {
  const made = `Made on ${moment(now, zone)} by recx ${version} from the folder ${folder}.`;
  if (files === 0) return `${made} The folder is empty: nothing was downloaded into it.`;
  return hashed
    ? `${made} Every file was read, and its size and SHA-256 were compared with the manifest.`
    : `${made} Presence and size of every file were compared with the manifest; the contents were not read (recx report --check does).`;
};

export const figures = (totals: ReportTotals, { hashed }: ReportInfo): string => {
  const { files, bytes, seconds, timed, ok, missing, damaged } = totals;
  const length =
    timed === 0 ? [] : [['Length', formatClock(seconds), timed < files ? `of ${thousands(timed)} files` : '']];
  const all = [
    ['Files', thousands(files), ''],
    ['Size', decimalBytes(bytes), `${thousands(bytes)} bytes`],
    ...length,
    [hashed ? 'Verified' : 'Present', thousands(ok), '', 'ok'],
    ['Missing', thousands(missing), '', missing > 0 ? 'missing' : ''],
    ['Damaged', thousands(damaged), '', damaged > 0 ? 'damaged' : ''],
  ];
  const figure = ([name = '', value = '', more = '', mark = '']: readonly string[]): string =>
    `<div${mark === '' ? '' : ` class="${mark}"`}><dt>${name}</dt><dd>${value}${more === '' ? '' : ` <small>${more}</small>`}</dd></div>\n`;
  return `<dl class="figures">\n${all.map(figure).join('')}</dl>\n`;
};

export const notices = ({ missing, damaged, broken, oddSidecars, extras }: ReportTotals): string => {
  const said: readonly (readonly [count: number, text: string])[] = [
    [missing, `${plural(missing, 'file')} of the manifest ${missing === 1 ? 'is' : 'are'} missing.`],
    [damaged, `${plural(damaged, 'file')} ${damaged === 1 ? 'differs' : 'differ'} from the manifest.`],
    [broken, `${plural(broken, 'line')} of the manifest cannot be read and ${broken === 1 ? 'was' : 'were'} left out.`],
    [
      oddSidecars,
      `${plural(oddSidecars, 'sidecar')} cannot be read or ${oddSidecars === 1 ? 'is' : 'are'} of another recording, and ${oddSidecars === 1 ? 'was' : 'were'} left out.`,
    ],
    [extras, `${plural(extras, 'file')} in the folder ${extras === 1 ? 'is' : 'are'} not in the manifest.`],
  ];
  const lines = said.filter(([count]) => count > 0).map(([, text]) => `<li>${text}</li>\n`);
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
  tableOf(
    `By ${title.toLowerCase()}`,
    [title, 'Files', 'Size'],
    [...groups].map(([name, { files, bytes }]) => [escapeHtml(name), thousands(files), decimalBytes(bytes)]),
    [1, 2],
  );

/** A row as plain markup. */
export const cellsOf = (row: FileRow, about: ReportInfo): string[] => {
  const epoch = row.createdAt === null ? Number.NaN : Date.parse(row.createdAt);
  const word = row.state === 'ok' ? okWord(about) : row.state === 'missing' ? 'Missing' : 'Damaged';
  const name = escapeHtml(row.path);
  return [
    `<span class="state ${row.state}">${word}</span>`,
    Number.isNaN(epoch) ? escapeHtml(row.createdAt ?? '') : localTime(epoch, about.zone),
    escapeHtml(`${row.provider} ${row.api}`),
    escapeHtml(row.profile),
    row.media === null ? name : `<a href="${escapeHtml(hrefOf(about.base, row.path))}">${name}</a>`,
    thousands(row.bytes),
    `<code>${escapeHtml(row.sha256)}</code>${row.note === null ? '' : `<br>${escapeHtml(row.note)}`}`,
  ];
};

export const withoutScript = (
  { files }: ReportTotals,
  { zone }: ReportInfo,
  plain: readonly (readonly string[])[],
): string => {
  const all = plain.length === files ? '' : `, the first ${thousands(plain.length)} of ${thousands(files)}`;
  const head = ['State', `Created (${escapeHtml(zone)})`, 'Provider', 'Profile', 'File', 'Bytes', 'SHA-256'];
  return `<h2>Recordings</h2>\n<p>Searching, sorting and playing take JavaScript${all === '' ? '' : ', and so do the other rows'}.</p>\n${tableOf(`Files of the manifest${all}`, head, plain, [5])}`;
};

export const extras = ({ extras: count, extraPaths }: ReportTotals): string => {
  if (count === 0) return '';
  const paths = extraPaths.map((path) => `<li>${escapeHtml(path)}</li>\n`).join('');
  const rest = count - extraPaths.length;
  return `<section>\n<h2>Not in the manifest</h2>\n<ul class="paths">\n${paths}${rest === 0 ? '' : `<li>and ${thousands(rest)} more</li>\n`}</ul>\n</section>\n`;
};

export const footer = ({ sha256 }: ReportInfo): string =>
  sha256 === null
    ? 'There is no manifest in the folder.'
    : `SHA-256 of manifest.ndjson when this page was made: <code>${escapeHtml(sha256)}</code>`;

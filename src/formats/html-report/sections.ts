import { decimalBytes } from '../../core/columns.ts';
import { type FileRow, type Groups, periodsOf, type Totals } from '../../core/download/report-model.ts';
import { counted } from '../../core/text/sanitize.ts';
import { clock, localTime } from '../../core/time.ts';
import { escaped, hrefOf, tableOf } from './html.ts';

/** What a page says of itself. */
export interface About {
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

export const okWord = ({ hashed }: About): string => (hashed ? 'Verified' : 'Present');

const moment = (epoch: number, zone: string): string => `${localTime(epoch, zone)} ${zone}`;

export const introduction = ({ files }: Totals, { folder, version, now, zone, hashed }: About): string => {
  const made = `Made on ${moment(now, zone)} by recx ${version} from the folder ${folder}.`;
  if (files === 0) return `${made} The folder is empty: nothing was downloaded into it.`;
  return hashed
    ? `${made} Every file was read, and its size and SHA-256 were compared with the manifest.`
    : `${made} Presence and size of every file were compared with the manifest; the contents were not read (recx report --check does).`;
};

export const figures = (totals: Totals, { hashed }: About): string => {
  const { files, bytes, seconds, timed, ok, missing, damaged } = totals;
  const length = timed === 0 ? [] : [['Length', clock(seconds), timed < files ? `of ${whole(timed)} files` : '']];
  const all = [
    ['Files', whole(files), ''],
    ['Size', decimalBytes(bytes), `${whole(bytes)} bytes`],
    ...length,
    [hashed ? 'Verified' : 'Present', whole(ok), '', 'ok'],
    ['Missing', whole(missing), '', missing > 0 ? 'missing' : ''],
    ['Damaged', whole(damaged), '', damaged > 0 ? 'damaged' : ''],
  ];
  const figure = ([name = '', value = '', more = '', mark = '']: readonly string[]): string =>
    `<div${mark === '' ? '' : ` class="${mark}"`}><dt>${name}</dt><dd>${value}${more === '' ? '' : ` <small>${more}</small>`}</dd></div>\n`;
  return `<dl class="figures">\n${all.map(figure).join('')}</dl>\n`;
};

const whole = (count: number): string => String(count).replace(/\B(?=(\d{3})+$)/g, ',');

export const notices = ({ missing, damaged, broken, oddSidecars, extras }: Totals): string => {
  const said: readonly (readonly [count: number, text: string])[] = [
    [missing, `${counted(missing, 'file')} of the manifest ${missing === 1 ? 'is' : 'are'} missing.`],
    [damaged, `${counted(damaged, 'file')} ${damaged === 1 ? 'differs' : 'differ'} from the manifest.`],
    [
      broken,
      `${counted(broken, 'line')} of the manifest cannot be read and ${broken === 1 ? 'was' : 'were'} left out.`,
    ],
    [
      oddSidecars,
      `${counted(oddSidecars, 'sidecar')} cannot be read or ${oddSidecars === 1 ? 'is' : 'are'} of another recording, and ${oddSidecars === 1 ? 'was' : 'were'} left out.`,
    ],
    [extras, `${counted(extras, 'file')} in the folder ${extras === 1 ? 'is' : 'are'} not in the manifest.`],
  ];
  const lines = said.filter(([count]) => count > 0).map(([, text]) => `<li>${text}</li>\n`);
  return lines.length === 0 ? '' : `<ul class="notices">\n${lines.join('')}</ul>\n`;
};

export const summary = ({ providers, profiles, kinds, days }: Totals): string => {
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
    [...groups].map(([name, { files, bytes }]) => [escaped(name), whole(files), decimalBytes(bytes)]),
    [1, 2],
  );

/** A row as plain markup. */
export const cellsOf = (row: FileRow, about: About): string[] => {
  const epoch = row.createdAt === null ? Number.NaN : Date.parse(row.createdAt);
  const word = row.state === 'ok' ? okWord(about) : row.state === 'missing' ? 'Missing' : 'Damaged';
  const name = escaped(row.path);
  return [
    `<span class="state ${row.state}">${word}</span>`,
    Number.isNaN(epoch) ? escaped(row.createdAt ?? '') : localTime(epoch, about.zone),
    escaped(`${row.provider} ${row.api}`),
    escaped(row.profile),
    row.media === null ? name : `<a href="${escaped(hrefOf(about.base, row.path))}">${name}</a>`,
    whole(row.bytes),
    `<code>${escaped(row.sha256)}</code>${row.note === null ? '' : `<br>${escaped(row.note)}`}`,
  ];
};

export const withoutScript = ({ files }: Totals, { zone }: About, plain: readonly (readonly string[])[]): string => {
  const all = plain.length === files ? '' : `, the first ${whole(plain.length)} of ${whole(files)}`;
  const head = ['State', `Created (${escaped(zone)})`, 'Provider', 'Profile', 'File', 'Bytes', 'SHA-256'];
  return `<h2>Recordings</h2>\n<p>Searching, sorting and playing take JavaScript${all === '' ? '' : ', and so do the other rows'}.</p>\n${tableOf(`Files of the manifest${all}`, head, plain, [5])}`;
};

export const extras = ({ extras: count, extraPaths }: Totals): string => {
  if (count === 0) return '';
  const paths = extraPaths.map((path) => `<li>${escaped(path)}</li>\n`).join('');
  const rest = count - extraPaths.length;
  return `<section>\n<h2>Not in the manifest</h2>\n<ul class="paths">\n${paths}${rest === 0 ? '' : `<li>and ${whole(rest)} more</li>\n`}</ul>\n</section>\n`;
};

export const footer = ({ sha256 }: About): string =>
  sha256 === null
    ? 'There is no manifest in the folder.'
    : `SHA-256 of manifest.ndjson when this page was made: <code>${escaped(sha256)}</code>`;

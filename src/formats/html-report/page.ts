import {
  type FileRow,
  GENERATOR_TAG,
  openReportTotals,
  type ReportItem,
  type ReportTotals,
} from '../../core/download/report-model.ts';
import { embedJson, escapeHtml, policyHash } from './html.ts';
import script from './report.client.js?raw';
import style from './report.css?raw';
import {
  extras,
  figures,
  footer,
  introduction,
  noscriptCells,
  noscriptTable,
  notices,
  okLabel,
  type ReportInfo,
  summary,
  titleOf,
} from './sections.ts';

/** The order of the values of a row in the page's data. */
const rowKeys = [
  ...(['id', 'provider', 'api', 'profile', 'path', 'bytes', 'sha256', 'contentType', 'createdAt'] as const),
  ...(['downloadedAt', 'kind', 'status', 'from', 'to', 'startedAt', 'durationSeconds', 'state', 'note'] as const),
  'media',
] as const satisfies readonly (keyof FileRow)[];

/** Rows per block of data, and the size of the table for browsers without JavaScript, in characters. */
const ROWS_PER_BLOCK = 500;
const MAX_NOSCRIPT_CHARACTERS = 500_000;

/**
 * The report of a folder as one HTML page, in pieces. Rows are data in the head of the page, because the totals are known
 * only after them; the first rows are also a table for browsers without JavaScript. `onTotals` is called at the end.
 */
export async function* reportPage(
  items: AsyncIterable<ReportItem>,
  about: ReportInfo,
  onTotals: (totals: ReportTotals) => void,
): AsyncGenerator<string> {
  const { totals, add } = openReportTotals(about.zone);
  yield await headOf(about);
  let block: unknown[] = [];
  const noscriptRows: string[][] = [];
  let characters = 0;
  for await (const item of items) {
    add(item);
    if (item.found !== 'file') continue;
    block.push(rowKeys.map((key) => item.row[key]));
    if (characters < MAX_NOSCRIPT_CHARACTERS) noscriptRows.push(noscriptCells(item.row, about));
    if (characters < MAX_NOSCRIPT_CHARACTERS) characters += noscriptRows.at(-1)?.join('').length ?? 0;
    if (block.length < ROWS_PER_BLOCK) continue;
    yield dataBlock(block);
    block = [];
  }
  if (block.length > 0) yield dataBlock(block);
  onTotals(totals);
  yield bodyOf(totals, about, noscriptRows);
}

const dataBlock = (rows: readonly unknown[]): string =>
  `<script type="application/json" class="rows">${embedJson(rows)}</script>\n`;

/** The head of the page without its title, which names the days of the rows and so follows them. */
const headOf = async ({ version }: ReportInfo): Promise<string> => {
  const policy = [
    "default-src 'none'",
    `script-src ${await policyHash(script)}`,
    `style-src ${await policyHash(style)}`,
    "media-src 'self' file:",
    "base-uri 'none'",
    "form-action 'none'",
  ];
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
${GENERATOR_TAG}${escapeHtml(version)} report">
<meta http-equiv="Content-Security-Policy" content="${policy.join('; ')}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<meta name="format-detection" content="telephone=no">
<style>${style}</style>
`;
};

const bodyOf = (
  totals: ReportTotals,
  about: ReportInfo,
  noscriptRows: readonly (readonly string[])[],
): string => `<title>${escapeHtml(titleOf(totals, about))}</title>
</head>
<body>
<header>
<h1>${escapeHtml(titleOf(totals, about))}</h1>
<p>${escapeHtml(introduction(totals, about))}</p>
</header>
<main>
${figures(totals, about)}${notices(totals)}${totals.files === 0 ? '' : summary(totals)}<section id="recordings" hidden>
<h2>Recordings</h2>
<div class="tools">
<label>Search <input type="search" id="search" autocomplete="off" spellcheck="false"></label>
<label>Show <select id="state"></select></label>
<p id="shown" role="status"></p>
</div>
<table id="table" role="table"><caption class="hidden">Recordings</caption><thead role="rowgroup"></thead><tbody role="rowgroup"></tbody></table>
<p class="more"><button type="button" id="more">Show more</button></p>
</section>
<noscript><section>
${totals.files === 0 ? '' : noscriptTable(totals, about, noscriptRows)}</section></noscript>
${extras(totals)}</main>
<footer>${footer(about)}</footer>
<script type="application/json" id="about">${embedJson({ keys: rowKeys, base: about.base, zone: about.zone, ok: okLabel(about) })}</script>
<script type="module">${script}</script>
</body>
</html>
`;

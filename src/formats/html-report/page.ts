import {
  type FileRow,
  GENERATOR,
  openReportTotals,
  type ReportItem,
  type ReportTotals,
} from '../../core/download/report-model.ts';
import { embedJson, escapeHtml, policyHash } from './html.ts';
import script from './report.client.js?raw';
import style from './report.css?raw';
import {
  cellsOf,
  extras,
  figures,
  footer,
  introduction,
  notices,
  okWord,
  type ReportInfo,
  summary,
  withoutScript,
} from './sections.ts';

/** The values of a row in the page, in this order. */
const keys = [
  ...(['id', 'provider', 'api', 'profile', 'path', 'bytes', 'sha256', 'contentType', 'createdAt'] as const),
  ...(['downloadedAt', 'kind', 'status', 'from', 'to', 'startedAt', 'durationSeconds', 'state', 'note'] as const),
  'media',
] as const satisfies readonly (keyof FileRow)[];

/** Rows in one block of data, and characters of the table for readers without JavaScript. */
const BLOCK = 500;
const PLAIN = 500_000;

/**
 * A folder as one HTML page, in pieces: the rows as data in its head, since what is counted comes after them, and the
 * first of them as a table for browsers without JavaScript. `totals` are told at the end.
 */
export async function* reportPage(
  items: AsyncIterable<ReportItem>,
  about: ReportInfo,
  told: (totals: ReportTotals) => void,
): AsyncGenerator<string> {
  const { totals, add } = openReportTotals(about.zone);
  yield await headOf(about);
  let block: unknown[] = [];
  const plain: string[][] = [];
  let characters = 0;
  for await (const item of items) {
    add(item);
    if (item.found !== 'file') continue;
    block.push(keys.map((key) => item.row[key]));
    if (characters < PLAIN) plain.push(cellsOf(item.row, about));
    if (characters < PLAIN) characters += plain.at(-1)?.join('').length ?? 0;
    if (block.length < BLOCK) continue;
    yield dataOf(block);
    block = [];
  }
  if (block.length > 0) yield dataOf(block);
  told(totals);
  yield bodyOf(totals, about, plain);
}

const dataOf = (rows: readonly unknown[]): string =>
  `<script type="application/json" class="rows">${embedJson(rows)}</script>\n`;

const headOf = async ({ title, version }: ReportInfo): Promise<string> => {
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
${GENERATOR}${escapeHtml(version)} report">
<meta http-equiv="Content-Security-Policy" content="${policy.join('; ')}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<meta name="format-detection" content="telephone=no">
<title>${escapeHtml(title)}</title>
<style>${style}</style>
`;
};

const bodyOf = (totals: ReportTotals, about: ReportInfo, plain: readonly (readonly string[])[]): string => `</head>
<body>
<header>
<h1>${escapeHtml(about.title)}</h1>
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
<table id="table"><caption class="hidden">Recordings</caption><thead></thead><tbody></tbody></table>
<p class="more"><button type="button" id="more">Show more</button></p>
</section>
<noscript><section>
${totals.files === 0 ? '' : withoutScript(totals, about, plain)}</section></noscript>
${extras(totals)}</main>
<footer>${footer(about)}</footer>
<script type="application/json" id="about">${embedJson({ keys, base: about.base, zone: about.zone, ok: okWord(about) })}</script>
<script type="module">${script}</script>
</body>
</html>
`;

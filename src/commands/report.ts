import { formatBytes } from '../core/columns.ts';
import { fileRow, REPORT, type ReportItem, type ReportTotals } from '../core/download/report-model.ts';
import { pathBelow } from '../core/export/destination.ts';
import { Failure, failureOf } from '../core/failure.ts';
import { nonEmpty } from '../core/invalid-value.ts';
import { drain } from '../core/sink.ts';
import { plural } from '../core/text/sanitize.ts';
import { checkZone } from '../core/time.ts';
import { reportPage } from '../formats/html-report/page.ts';
import type { ReportInfo } from '../formats/html-report/sections.ts';
import { storedSecretVariables } from '../system/config/profiles.ts';
import { sha256Of } from '../system/files/digest.ts';
import { readSidecar } from '../system/files/read-sidecar.ts';
import { isEmptyFolder, linkBetween, nameOfFolder, writeReport } from '../system/files/report-file.ts';
import { type Finding, findManifest, type Verification, verifyFolder } from '../system/files/verify-folder.ts';
import { streamSink } from '../system/terminal/streams.ts';
import { withoutSecrets } from './shared/child-env.ts';
import { type Context, type Define, examples } from './shared/context.ts';
import { withDeadline } from './shared/deadline.ts';
import { addFolder, checkPaths, readFolder } from './shared/options.ts';
import { checkOutputs } from './shared/output-files.ts';
import { progressFor } from './shared/progress.ts';

interface ReportOptions {
  readonly dir?: string;
  readonly out?: string;
  readonly title?: string;
  readonly check?: boolean;
  readonly overwrite?: boolean;
  readonly open?: boolean;
}

export const define: Define = (command, start) => {
  addFolder(command)
    .option('--out <file>', 'output file, or - for standard output (default: report.html in the folder)')
    .option('--title <text>', 'title of the report (default: the name of the folder and the days of its recordings)')
    .option('--check', 'compare the SHA-256 of each file, as recx verify does, not only its size')
    .option('--overwrite', 'overwrite a file that was not created by recx report')
    .option('--open', 'open the page in the browser')
    .addHelpText(
      'after',
      examples([
        'recx report',
        'recx report --open',
        "recx report evidence --check --title 'Case 4711'",
        'recx report evidence --out evidence-november.html',
      ]),
    )
    .action((named: string | undefined, options: ReportOptions) =>
      report(readFolder(named, options), options, start()),
    );
};

const report = async (folder: string, options: ReportOptions, context: Context): Promise<void> => {
  const { runtime, settings } = context;
  checkPaths({ '--out': options.out, dir: folder }, runtime);
  if (options.title !== undefined) nonEmpty('--title', options.title);
  const out = options.out ?? pathBelow(folder, REPORT);
  if (out !== '-' && !/[^/\\]\.html?$/i.test(out)) {
    throw new Failure('usage', `--out: "${out.slice(-60)}" is not the name of an HTML file`, {
      hint: 'Use a file name ending in .html',
    });
  }
  for (const [flag, given] of Object.entries({ '--overwrite': options.overwrite, '--open': options.open })) {
    if (out === '-' && given === true) throw new Failure('usage', `--out - and ${flag} cannot be used together`);
  }
  await checkOutputs({ '--out': out }, { folder }, runtime);
  const hashed = options.check === true;
  const isEmpty = await isEmptyFolder(folder);
  const verification = verifyFolder(folder, { hashing: hashed });
  const { checked } = verification;
  const progress = progressFor(context);
  progress.track(() => `${checked.files} files · ${formatBytes(checked.bytes)}`);
  let totals: ReportTotals | undefined;
  try {
    await withDeadline(undefined, context, async ({ signal }) => {
      const about: ReportInfo = {
        folder: nameOfFolder(folder),
        title: options.title,
        hashed,
        version: runtime.version,
        now: context.clock.plausibleNow(),
        zone: checkZone(settings.zone ?? 'UTC'),
        // A page on standard output is assumed to be saved in the folder.
        base: out === '-' ? './' : linkBetween(out, folder),
        sha256: isEmpty ? null : await sha256Of(await findManifest(folder)),
      };
      const page = reportPage(isEmpty ? noItems() : readItems(folder, verification, signal), about, (all) => {
        totals = all;
      });
      if (out === '-') await drain(page, streamSink(runtime.out));
      else await writeReport(out, page, options.overwrite === true, signal, context.log.warn);
    });
  } finally {
    progress.stop();
  }
  const failures = [
    totals === undefined ? undefined : printSummary(out, folder, totals, context),
    options.open === true ? await openPage(out, context) : undefined,
  ].filter((failure) => failure !== undefined);
  const [first, second] = failures;
  if (first !== undefined && second !== undefined) context.log.warn(second.message);
  if (first !== undefined) throw first;
};

/** Opens the page in the browser; the failure, if any. */
const openPage = async (page: string, { runtime }: Context): Promise<Failure | undefined> => {
  const { openInBrowser } = await import('../system/terminal/opener.ts');
  return failureOf(async () =>
    openInBrowser(page, withoutSecrets(runtime.env, [], await storedSecretVariables(runtime)), runtime),
  );
};

async function* noItems(): AsyncGenerator<ReportItem> {}

/** The items of a report: each manifest entry and its sidecar, then the files that are not listed in the manifest. */
async function* readItems(folder: string, verification: Verification, signal: AbortSignal): AsyncGenerator<ReportItem> {
  for await (const { entry, difference, reachable, isRegular } of verification.findings()) {
    signal.throwIfAborted();
    if (entry === undefined) {
      yield { found: 'unreadable line' };
      continue;
    }
    const sidecar = reachable ? await readSidecar(folder, entry) : undefined;
    if (sidecar === 'invalid') yield { found: 'unreadable sidecar' };
    yield {
      found: 'file',
      row: fileRow(
        entry,
        { ...stateOf(difference), isRegularFile: isRegular },
        sidecar === 'invalid' ? undefined : sidecar,
      ),
    };
  }
  for await (const { path } of verification.extras()) yield { found: 'extra', path };
}

const stateOf = (difference: Finding['difference']): { state: 'ok' | 'missing' | 'damaged'; note: string | null } =>
  difference === undefined
    ? { state: 'ok', note: null }
    : { state: difference.problem === 'missing' ? 'missing' : 'damaged', note: difference.detail };

/** Prints the summary. A failure if files are missing or damaged, or lines of the manifest cannot be read. */
const printSummary = (
  out: string,
  folder: string,
  { files, bytes, missing, damaged, unreadableLines }: ReportTotals,
  { runtime, log }: Context,
): Failure | undefined => {
  const problems = [
    missing > 0 ? `${missing} missing` : '',
    damaged > 0 ? `${damaged} damaged` : '',
    unreadableLines > 0 ? `${plural(unreadableLines, 'unreadable line')} in the manifest` : '',
  ].filter(Boolean);
  const result = problems.length === 0 ? 'none missing or damaged' : problems.join(', ');
  const line = `${out === '-' ? 'the page' : out}: ${files === 0 ? 'the folder is empty' : `${plural(files, 'file')}, ${formatBytes(bytes)}: ${result}`}`;
  // The page has no media of its own.
  const what = linkBetween(out, folder) === './' ? `the whole folder ${folder}` : `the folder ${folder} with it`;
  const hint = files === 0 || out === '-' ? undefined : `To pass it on, send ${what}: the page plays the files there`;
  if (runtime.err.isTTY) log.info(line, hint);
  return problems.length === 0 ? undefined : new Failure('partial', line, { reported: runtime.err.isTTY });
};

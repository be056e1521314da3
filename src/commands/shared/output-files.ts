import { MANIFEST } from '../../core/download/manifest.ts';
import { pathBelow } from '../../core/export/destination.ts';
import { placeholderNames, type Template } from '../../core/naming/template.ts';
import { sanitizeJson } from '../../core/text/sanitize.ts';
import { localTime } from '../../core/time/zone.ts';
import { configFolder, configNames } from '../../system/config/location.ts';
import { regularFileExists } from '../../system/files/export/export-state.ts';
import { assertFreeOutputs, type NamedPath } from '../../system/files/output-paths.ts';
import { writeFileAtomically } from '../../system/files/write-file.ts';
import type { Runtime } from '../../system/runtime.ts';
import { streamSink } from '../../system/terminal/streams.ts';
import type { Context } from './context.ts';

/** Paths by what they are to the user; undefined or `-` for none. */
type PathsByName = Readonly<Record<string, string | undefined>>;

/** What a run reads. */
interface RunInputs {
  readonly files?: PathsByName;
  /** A download folder. */
  readonly folder?: string;
}

/**
 * Throws a usage failure if an output, such as `--summary`, would replace a file that recx owns or that this run reads or
 * writes. To be called before anything is written.
 */
export const checkOutputs = async (outputs: PathsByName, inputs: RunInputs, runtime: Runtime): Promise<void> => {
  const named = toNamedPaths(outputs);
  if (named.length === 0) return;
  const config = configFolder(runtime);
  const own: PathsByName =
    config === undefined
      ? {}
      : {
          'the configuration of recx': pathBelow(config, configNames.profiles),
          'the lock of the configuration of recx': pathBelow(config, `${configNames.profiles}.lock`),
          'the list of recent ids of recx': pathBelow(config, configNames.recentIds),
        };
  const manifest = inputs.folder === undefined ? undefined : pathBelow(inputs.folder, MANIFEST);
  const files = { ...own, 'the manifest of the download folder': manifest, ...inputs.files };
  const cache = config === undefined ? undefined : pathBelow(config, configNames.compileCache);
  const folders = toNamedPaths({ "in the folder of recx's compiled code": cache });
  await assertFreeOutputs(named, { files: toNamedPaths(files), folders });
};

const toNamedPaths = (paths: PathsByName): readonly NamedPath[] =>
  Object.entries(paths).flatMap(([name, path]) => (path === undefined || path === '-' ? [] : [{ name, path }]));

/** Throws a `local` failure at the start of a run if its summary could not be written at the end. */
export const checkSummary = async (path: string | undefined): Promise<void> => {
  if (path !== undefined && path !== '-') await regularFileExists(path);
};

/** Writes the counts of a run as JSON, to a file or with `-` to standard output. */
export const writeSummary = async (path: string, summary: unknown, { runtime }: Context): Promise<void> => {
  const text = `${sanitizeJson(JSON.stringify(summary, null, 2))}\n`;
  await (path === '-' ? streamSink(runtime.out).write(text) : writeFileAtomically(path, text));
};

/** Says to a person that the times in names of files are not those that tables show. */
export const tellZoneOfNames = ({ keys }: Template, { runtime, log, settings }: Context): void => {
  const now = runtime.now();
  const isOther = localTime(now, settings.zone) !== localTime(now, 'UTC');
  if (
    isOther &&
    runtime.err.isTTY &&
    keys.some((key) => (placeholderNames.timeParts as readonly string[]).includes(key))
  )
    log.info('Times in the names of files are in UTC');
};

import { mediaOf } from '../../core/download/sidecar.ts';
import { Failure } from '../../core/failure.ts';
import { foldPath } from '../../core/hash/name-table.ts';
import { quote } from '../../core/invalid-value.ts';
import { foldedPathIn, isFolderAt } from '../../system/files/output-paths.ts';
import type { Runtime } from '../../system/runtime.ts';
import { checkOutputs } from '../shared/output-files.ts';
import { isFolder } from './read-run.ts';
import type { DownloadOptions } from './types.ts';

/** Throws a usage failure if a file that the user names is or may become one that the download owns. */
export const checkDownloadOutputs = async (options: DownloadOptions, runtime: Runtime): Promise<void> => {
  const { dir, ids, summary, sidecar, overwrite, output } = options;
  if (output !== undefined && /%\(\w+\)|\{\w+\}/.test(output)) {
    throw new Failure('usage', `--output: ${quote(output)} is a template, not the name of one file`, {
      hint: "For file names made of fields: --name '{id}' (recx help templates)",
    });
  }
  if (output !== undefined && (await isFolderAt(output))) throw isFolder(output);
  if (output === undefined && mediaOf(dir.toLowerCase()) !== undefined && !(await isFolderAt(dir)))
    throw new Failure('usage', `--dir: ${quote(dir)} has the name of a file`, {
      hint: `For one recording: --output ${dir}; a folder of that name must exist`,
    });
  await checkOutputs(
    { '--summary': summary, '--output': output },
    { files: { 'the list of ids': ids }, folder: dir },
    runtime,
  );
  if (sidecar !== true) return;
  // Any .json in the folder may become a sidecar.
  const atRisk = { '--summary': summary, '--ids': overwrite === true ? ids : undefined };
  for (const [flag, path] of Object.entries(atRisk)) {
    if (path === undefined || path === '-' || !foldPath(path).endsWith('.json')) continue;
    if ((await foldedPathIn(path, dir)) === undefined) continue;
    throw new Failure('usage', `${flag}: ${path} may be the name of a sidecar`, { hint: `Use a file outside ${dir}` });
  }
};

import { type Destination, pathBelow } from '../../core/export/destination.ts';
import { Failure } from '../../core/failure.ts';
import { foldPath } from '../../core/hash/name-table.ts';
import { foldedPathIn } from '../../system/files/output-paths.ts';
import type { Runtime } from '../../system/runtime.ts';
import { checkOutputs } from '../shared/output-files.ts';
import type { ExportOptions, ExportRun } from './types.ts';

/** Throws a usage failure if two files of an export are or may become the same, or if one is recx's own. */
export const checkExportOutputs = async (
  { destination, incremental }: ExportRun,
  { state, summary }: ExportOptions,
  runtime: Runtime,
): Promise<void> => {
  const { folder, name, template } = destination;
  const outputs = { '--out': pathBelow(folder, name), '--state': incremental?.statePath, '--summary': summary };
  await checkOutputs(outputs, {}, runtime);
  if (template === undefined) return;
  const pattern = patternOf(destination);
  for (const [flag, path] of Object.entries({ '--state': state, '--summary': summary })) {
    if (path === undefined || path === '-') continue;
    if (!pattern.test((await foldedPathIn(path, folder)) ?? '')) continue;
    throw new Failure('usage', `${flag}: ${path} may be a file of --out`, {
      hint: 'Use a name that differs from --out',
    });
  }
};

/** Matches the folded paths of the files that a template may give. */
const patternOf = ({ stem, extension }: Destination): RegExp => {
  const literals = foldPath(stem + extension).split(/\{[^{}]*\}/);
  const escaped = literals.map((literal) => literal.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`^${escaped.join('[^/]+')}$`);
};

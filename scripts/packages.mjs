// The packages whose code is in dist/, from the modules that the bundler put there.
import { readdirSync, readFileSync } from 'node:fs';
import { join, sep } from 'node:path';

/** The bundler's own functions are in dist/, too: a module without a file. */
const BUNDLER_MODULE = /^\0?rolldown\//;

/** The folder of the npm package that a bundled module belongs to; undefined for the project's sources. */
const folderOf = (id) => {
  if (BUNDLER_MODULE.test(id)) return join('node_modules', 'rolldown');
  const parts = id.replace(/^\0/, '').split(`node_modules${sep}`);
  if (parts.length < 2) return undefined;
  const names = parts.pop().split(sep);
  return join(parts.join(`node_modules${sep}`), 'node_modules', ...names.slice(0, names[0].startsWith('@') ? 2 : 1));
};

/** The packages of bundled modules, by folder: name, version, licence, and the text of the licence with all notices. */
export const packagesOf = (modules) =>
  [...new Set(modules.map(folderOf))]
    .filter((folder) => folder !== undefined)
    .sort()
    .map((folder) => {
      const { name, version, license } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
      const files = readdirSync(folder)
        .filter((entry) => /^(?:third-party-)?licen[cs]e/i.test(entry))
        .sort();
      const notices = files.map((file) => readFileSync(join(folder, file), 'utf8').trim());
      return { folder, name, version, license, notice: notices.join('\n\n') };
    });

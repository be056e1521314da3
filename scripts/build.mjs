// Builds dist/: CommonJS chunks, split at import(), everything bundled, nothing minified (stack traces stay readable).
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';
import { rolldown } from 'rolldown';

const stub = (name) => join(import.meta.dirname, 'stubs', name);

const bundle = await rolldown({
  input: { main: 'src/main.ts', sandbox: 'src/sandbox/server.ts' },
  platform: 'node',
  plugins: [
    {
      // commander loads node:child_process for commands that are programs of their own, 2 ms; recx has none.
      name: 'no-child-processes-in-commander',
      resolveId: (id, importer) =>
        id === 'node:child_process' && importer?.includes('commander') ? stub('unused.cjs') : undefined,
    },
    {
      // As in Vite, which the tests run in: a file as text.
      name: 'raw-files',
      resolveId: (id, importer) => (id.endsWith('?raw') ? join(dirname(importer), id) : undefined),
      load: (id) =>
        id.endsWith('?raw')
          ? { code: `export default ${JSON.stringify(readFileSync(id.slice(0, -4), 'utf8'))}`, moduleType: 'js' }
          : undefined,
    },
  ],
  resolve: {
    alias: {
      // conf loads its schema validator at import, 55 to 90 ms; recx gives conf no schema.
      'ajv/dist/2020.js': stub('unused.cjs'),
      'ajv-formats': stub('unused.cjs'),
      // conf loads semver for migrations, 25 ms; recx gives conf no migrations.
      semver: stub('unused.cjs'),
      // conf's writer would end the program at the first signal.
      'when-exit': stub('when-exit.cjs'),
      // Only the proxy agent of undici is used: 0.4 MB instead of 1 MB.
      undici: stub('undici.cjs'),
      // ora and cli-table3 bring two string-widths whose patterns take 30 to 60 ms to compile.
      'string-width': stub('string-width.cjs'),
    },
  },
});
rmSync('dist', { recursive: true, force: true });
const { output } = await bundle.write({
  dir: 'dist',
  format: 'cjs',
  entryFileNames: '[name].cjs',
  chunkFileNames: '[name].cjs',
  minify: false,
});
await bundle.close();

/** The folder of the npm package a bundled module comes from. */
const packageOf = (id) => {
  const parts = id.split(`${sep}node_modules${sep}`);
  if (parts.length < 2) return undefined;
  const names = parts.pop().split(sep);
  return join(
    parts.join(`${sep}node_modules${sep}`),
    'node_modules',
    ...names.slice(0, names[0].startsWith('@') ? 2 : 1),
  );
};

const chunks = output.filter(({ type }) => type === 'chunk');
const modules = chunks.flatMap(({ moduleIds }) => moduleIds);
// What is in which file, for the test of what a run loads; it is not packed.
const contents = chunks.map(({ fileName, moduleIds }) => [fileName, moduleIds.map((id) => relative('.', id))]);
writeFileSync('dist/chunks.json', JSON.stringify(Object.fromEntries(contents), null, 1));
const packages = [...new Set(modules.map((id) => packageOf(id.replace(/^\0/, ''))))].filter(Boolean).sort();
const notices = packages.map((folder) => {
  const { name, version, license } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  const file = readdirSync(folder).find((entry) => /^licen[cs]e/i.test(entry));
  const text = file && existsSync(join(folder, file)) ? readFileSync(join(folder, file), 'utf8').trim() : '';
  return `${name} ${version} (${license})\n\n${text}\n`;
});
writeFileSync('dist/THIRD-PARTY-LICENSES.txt', notices.join(`\n${'-'.repeat(80)}\n\n`));

// How the sources are bundled, for the program and for the documents that are generated from it.
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

const stub = (name) => join(import.meta.dirname, 'stubs', name);

/** Options of rolldown for everything in `src`. */
export const bundling = {
  platform: 'node',
  plugins: [
    {
      // commander loads node:child_process for external subcommands, 2 ms; recx has none.
      name: 'no-child-processes-in-commander',
      resolveId: (id, importer) =>
        id === 'node:child_process' && importer?.includes('commander') ? stub('unused.cjs') : undefined,
    },
    {
      // `?raw` imports a file as text, as in Vite, which runs the tests.
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
      // ora and cli-table3 depend on two versions of string-width, whose patterns take 30 to 60 ms to compile.
      'string-width': stub('string-width.cjs'),
    },
  },
};

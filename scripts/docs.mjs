// Writes the texts generated from the sources into README.md, docs/ and man/. The tests compare them.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { rolldown } from 'rolldown';
import { bundling } from './bundle.mjs';

const root = join(import.meta.dirname, '..');
// Node 20 does not run TypeScript. In node_modules, because the bundle may still import a package.
const folder = mkdtempSync(join(root, 'node_modules', '.recx-docs-'));
try {
  const bundle = await rolldown({
    ...bundling,
    logLevel: 'silent',
    input: join(root, 'scripts', 'docs', 'generate.ts'),
  });
  await bundle.write({ dir: folder, format: 'esm', entryFileNames: 'generate.mjs', chunkFileNames: '[name].mjs' });
  await bundle.close();
  const { generate } = await import(pathToFileURL(join(folder, 'generate.mjs')));
  for (const { path, current, expected } of await generate(root)) {
    if (current === expected) continue;
    writeFileSync(join(root, path), expected);
    process.stdout.write(`${path} written\n`);
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}

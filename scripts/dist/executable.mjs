// Executables: Node.js with the files of the npm package inside (single executable application).
import { chmodSync, copyFileSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { run } from './run.mjs';
import { hostRuntime, runtimeFile } from './runtime.mjs';
import { unsign } from './unsign.mjs';

/** Node.js looks for this text to learn whether there is something inside. */
const FUSE = 'NODE_SEA_FUSE_fce680ab2cc467b6e072b8b5df1996b2';

/** The files of the npm package that run. */
const packagedFiles = () => [
  'bin/recx.cjs',
  ...readdirSync('dist')
    .filter((name) => name.endsWith('.cjs'))
    .sort()
    .map((name) => `dist/${name}`),
];

/** A file as the body of a function, which may not begin with `#!`. */
const bodyOf = (path) => readFileSync(path, 'utf8').replace(/^#!/, '//');

/** Writes what goes into every executable, and returns its path. Only the same version of Node.js can read it. */
export const makeBlob = (folder, node) => {
  const assets = {};
  const put = (path, text) => {
    const name = path.replaceAll('/', '-');
    writeFileSync(join(folder, name), text);
    assets[path] = name;
  };
  for (const path of packagedFiles()) put(path, bodyOf(path));
  // What bin/recx.cjs reads of it.
  put('package.json', JSON.stringify({ version: JSON.parse(readFileSync('package.json', 'utf8')).version }));
  copyFileSync(join(import.meta.dirname, 'main.cjs'), join(folder, 'main.cjs'));
  const settings = {
    main: 'main.cjs',
    output: 'blob',
    disableExperimentalSEAWarning: true,
    useCodeCache: false,
    useSnapshot: false,
    // Node.js 24 would let a long list take 100 MB more, and be no faster.
    execArgv: ['--max-semi-space-size=8'],
    // NODE_OPTIONS would run other code in this program.
    execArgvExtension: 'none',
    assets,
  };
  writeFileSync(join(folder, 'sea.json'), JSON.stringify(settings));
  run(node, ['--experimental-sea-config', 'sea.json'], { cwd: folder });
  return join(folder, 'blob');
};

/** Node.js for this machine, which makes the blob. */
export const writeHostNode = (path) => {
  writeFileSync(path, runtimeFile(hostRuntime, 'bin/node'));
  chmodSync(path, 0o755);
};

/** Writes Node.js with the blob inside. A separate process, because postject prints warnings about sections of Node.js. */
export const writeExecutable = (path, { runtime, node }, blob) => {
  const program = runtimeFile(runtime, node);
  writeFileSync(path, node.endsWith('.exe') ? unsign(program) : program);
  chmodSync(path, 0o755);
  const postject = fileURLToPath(import.meta.resolve('postject/dist/cli.js'));
  run(process.execPath, [postject, path, 'NODE_SEA_BLOB', blob, '--sentinel-fuse', FUSE]);
};

// Loaded before a program: writes the names of the program's own files that were loaded, and of Node's modules, at its end.
const { writeFileSync } = require('node:fs');
const { basename, dirname } = require('node:path');

process.on('exit', () => {
  const files = Object.keys(require.cache).filter((file) => basename(dirname(file)) === 'dist');
  const builtins = process.moduleLoadList.flatMap((name) => /^NativeModule (?!internal)(.*)/.exec(name)?.[1] ?? []);
  writeFileSync(process.env.LOADED, JSON.stringify({ files: files.map((file) => basename(file)), builtins }));
});

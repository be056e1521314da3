// Loaded before a program: at its end writes the names of the program's files and of Node's modules that were loaded.
const { writeFileSync } = require('node:fs');
const { basename, dirname } = require('node:path');

process.on('exit', () => {
  const files = Object.keys(require.cache).filter((file) => basename(dirname(file)) === 'dist');
  const builtins = process.moduleLoadList.flatMap((name) => /^NativeModule (?!internal)(.*)/.exec(name)?.[1] ?? []);
  writeFileSync(process.env.LOADED, JSON.stringify({ files: files.map((file) => basename(file)), builtins }));
});

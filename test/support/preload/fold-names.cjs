// Loaded before the program: below a folder, file names that differ only in case or composition are one, as on macOS.
const fs = require('node:fs');
const { join } = require('node:path');

const folder = process.env.FOLD_FOLDER;
const readNames = fs.readdirSync;
const fold = (name) => name.normalize('NFC').toLowerCase();
const namesIn = (parent) => {
  try {
    return readNames(parent);
  } catch {
    return [];
  }
};
const stored = (path) => {
  if (typeof path !== 'string' || !path.startsWith(`${folder}/`)) return path;
  const parts = path.slice(folder.length + 1).split('/');
  return parts.reduce(
    (parent, part) => join(parent, namesIn(parent).find((name) => fold(name) === fold(part)) ?? part),
    folder,
  );
};

for (const holder of [fs, fs.promises]) {
  for (const name of [
    'open',
    'lstat',
    'stat',
    'unlink',
    'mkdir',
    'readdir',
    'opendir',
    'rename',
    'link',
    'openSync',
    'lstatSync',
    'unlinkSync',
    'renameSync',
    'linkSync',
  ]) {
    const original = holder[name];
    if (original === undefined) continue;
    const paths = /^(?:rename|link)/.test(name) ? 2 : 1;
    const wrapped = (...words) => original(...words.slice(0, paths).map(stored), ...words.slice(paths));
    // promisify reads the result names of a callback from the function.
    for (const key of Object.getOwnPropertySymbols(original)) wrapped[key] = original[key];
    holder[name] = wrapped;
  }
}

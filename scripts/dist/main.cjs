'use strict';
// The main script of an executable. The files of the npm package are in it as assets, under their paths in the package.
const { isBuiltin } = require('node:module');
const { posix } = require('node:path');
const { getAsset } = require('node:sea');
const { compileFunction, constants } = require('node:vm');

const WORDS = ['exports', 'require', 'module', '__filename', '__dirname'];
const loaded = new Map();

const run = (path, module) => {
  const text = getAsset(path.slice(1), 'utf8');
  if (path.endsWith('.json')) {
    module.exports = JSON.parse(text);
    return;
  }
  const folder = posix.dirname(path);
  const requireFrom = (name) =>
    isBuiltin(name) ? require(name) : load(posix.resolve(folder, name.replaceAll('\\', '/')));
  const options = { filename: path.slice(1), importModuleDynamically: constants.USE_MAIN_CONTEXT_DEFAULT_LOADER };
  compileFunction(text, WORDS, options).call(module.exports, module.exports, requireFrom, module, path, folder);
};

const load = (path) => {
  const known = loaded.get(path);
  if (known !== undefined) return known.exports;
  const module = { exports: {} };
  // Before the file runs: files require each other in circles.
  loaded.set(path, module);
  try {
    run(path, module);
  } catch (error) {
    loaded.delete(path);
    throw error;
  }
  return module.exports;
};

// As for a script the complete path; until here it is the word that was typed.
process.argv[1] = process.execPath;
load('/bin/recx.cjs');

#!/usr/bin/env node
'use strict';
const words = process.argv.slice(2);
const wantsVersion = words.length === 1 && (words[0] === '--version' || words[0] === '-V');

/** Says the version at once: loading the program would take longer than the answer. The program says why it fails. */
const sayVersion = () => {
  try {
    require('node:fs').writeSync(1, `${require('../package.json').version}\n`);
    return true;
  } catch {
    return false;
  }
};

if (!wantsVersion || !sayVersion()) {
  // Keeps compiled code between runs; Node 22 and later have it.
  require('node:module').enableCompileCache?.();
  require('../dist/main.cjs');
}

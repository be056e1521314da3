#!/usr/bin/env node
'use strict';
const { existsSync, fstatSync, statSync, writeSync } = require('node:fs');
const { join } = require('node:path');

const words = process.argv.slice(2);
const wantsVersion = words.length === 1 && (words[0] === '--version' || words[0] === '-V');

/** Prints the version without loading the program, which would take longer. If that fails, the program reports why. */
const printVersion = () => {
  try {
    // The program knows whether standard output was closed, and not only discarded.
    if (fstatSync(1).rdev === statSync('/dev/null', { throwIfNoEntry: false })?.rdev) return false;
    writeSync(1, `${require('../package.json').version}\n`);
    return true;
  } catch {
    return false;
  }
};

const program = join(__dirname, '..', 'dist', 'main.cjs');

const start = () => {
  process.exitCode = 1; // until the program has run to its end
  try {
    require(program);
  } catch (error) {
    if (error?.code !== 'MODULE_NOT_FOUND' || existsSync(program)) throw error;
    // A clone whose dist/ was never built: npm ci builds it, npm ci --ignore-scripts does not.
    process.stderr.write(`recx: not built yet; run "npm run build" in ${join(__dirname, '..')}\n`);
    process.exitCode = 7;
  }
};

if (!wantsVersion || !printVersion()) start();

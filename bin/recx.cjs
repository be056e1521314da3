#!/usr/bin/env node
'use strict';
const words = process.argv.slice(2);
if (words.length === 1 && (words[0] === '--version' || words[0] === '-V')) {
  // Answered here because loading the program would take longer than the answer.
  try {
    require('node:fs').writeSync(1, `${require('../package.json').version}\n`);
  } catch (error) {
    process.stderr.write(`recx: the output could not be written (${error.code})\n`);
    process.exitCode = 7;
  }
} else {
  // Keeps compiled code between runs; Node 22 and later have it.
  require('node:module').enableCompileCache?.();
  require('../dist/main.cjs');
}

// Removes "prepare" from the packed package.json: npm 11 warns about it when a tarball is installed, although it never runs
// there. npm pack calls this with "trim" before it reads the folder, and with "restore" afterwards.
import { copyFileSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';

const MANIFEST = 'package.json';
const SAVED = 'node_modules/.cache/recx-manifest/package.json';

const trim = () => {
  mkdirSync(dirname(SAVED), { recursive: true });
  copyFileSync(MANIFEST, SAVED);
  writeFileSync(MANIFEST, readFileSync(MANIFEST, 'utf8').replace(/,\n *"prepare": "[^"]*"/, ''));
};

const restore = () => {
  if (!existsSync(SAVED)) return;
  copyFileSync(SAVED, MANIFEST);
  rmSync(dirname(SAVED), { recursive: true });
};

// First undo an interrupted npm pack.
restore();
if (process.argv[2] === 'trim') trim();

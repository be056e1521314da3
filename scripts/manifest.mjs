// The packed package.json has no "prepare": npm 11 warns of it when a tarball is installed, although it never runs there.
// npm pack calls this with "trim" before, and with "restore" after it has read the folder.
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

// What an interrupted npm pack has left comes first.
restore();
if (process.argv[2] === 'trim') trim();

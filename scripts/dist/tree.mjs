// What is installed beside the executable, as paths below /usr or /usr/local.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzip, run } from './run.mjs';
import { hostRuntime, runtimeFile } from './runtime.mjs';

/** A completion script; the folder is empty, so that no profile can have a part in it. */
const completion = (shell, folder) =>
  run(process.execPath, [join('bin', 'recx.cjs'), 'completion', shell], { env: { RECX_CONFIG_DIR: folder } });

/** Texts that all targets share. */
export const sharedTexts = (folder) => ({
  man: readFileSync(join('man', 'recx.1')),
  bash: completion('bash', folder),
  zsh: completion('zsh', folder),
  fish: completion('fish', folder),
  licence: readFileSync('LICENSE'),
  thirdParty: readFileSync(join('dist', 'THIRD-PARTY-LICENSES.txt')),
  // The package for Windows has none; it is the same text.
  nodeLicence: runtimeFile(hostRuntime, 'LICENSE'),
  changelog: readFileSync('CHANGELOG.md'),
});

const inAnyCase = ({ bash, fish }) => ({
  'share/bash-completion/completions/recx': bash,
  'share/fish/vendor_completions.d/recx.fish': fish,
});

/** Files of an archive, which can be unpacked into /usr/local or ~/.local. */
export const archiveTree = (texts) => ({
  ...inAnyCase(texts),
  'share/doc/recx/CHANGELOG.md': texts.changelog,
  'share/doc/recx/LICENSE': texts.licence,
  'share/doc/recx/NODE-LICENSE.txt': texts.nodeLicence,
  'share/doc/recx/THIRD-PARTY-LICENSES.txt': texts.thirdParty,
  'share/man/man1/recx.1': texts.man,
  'share/zsh/site-functions/_recx': texts.zsh,
});

/** Files of a Debian package below usr/, at the places of its policy. */
export const debianTree = (texts) => ({
  ...inAnyCase(texts),
  'share/doc/recx/changelog.gz': gzip(texts.changelog),
  'share/doc/recx/copyright': copyright(texts),
  'share/man/man1/recx.1.gz': gzip(texts.man),
  'share/zsh/vendor-completions/_recx': texts.zsh,
});

const copyright = ({ licence, thirdParty, nodeLicence }) => {
  const line = '='.repeat(80);
  const part = (title, text) => `${line}\n${title}\n${line}\n\n${String(text).trim()}\n`;
  return [
    part('recx', licence),
    part('The packages inside the program', thirdParty),
    part('Node.js, which is inside the program', nodeLicence),
  ].join('\n');
};

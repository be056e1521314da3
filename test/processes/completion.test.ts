import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { emptyFolder } from '../support/cleanup.ts';
import { recxInShell } from '../support/paths.ts';

const profile = {
  provider: 'plivo',
  credentials: { auth_id: 'MA' },
  secret: { field: 'auth_token', value: 'not-to-be-seen' },
};
const ids = [
  'plain-1',
  'with space',
  'a$(touch pwned)b',
  'q\'uo"te`touch pwned`',
  'new\nline',
  '--dash',
  'colon:one',
  'colon:two',
  '~*?',
];

const folder = emptyFolder();
const env = {
  PATH: `${folder}/bin:${process.env.PATH}`,
  HOME: folder,
  RECX_CONFIG_DIR: `${folder}/config`,
  LC_ALL: 'C.UTF-8',
};

beforeAll(() => {
  for (const name of ['bin', 'config', 'work', 'work/evidence', 'work/sub dir']) mkdirSync(join(folder, name));
  writeFileSync(join(folder, 'work/file.csv'), '');
  writeFileSync(join(folder, 'bin/recx'), `#!/bin/sh\nexec ${recxInShell()} "$@"\n`);
  chmodSync(join(folder, 'bin/recx'), 0o755);
  const profiles = { work: profile, 'e$(touch pwned)l': profile, 'new\nline': profile };
  writeFileSync(join(folder, 'config/config.json'), JSON.stringify({ version: 1, profiles }));
  const recent = ids.map((id) => ({ id, profile: 'work', kind: 'call', created_at: null }));
  writeFileSync(join(folder, 'config/recent.json'), JSON.stringify({ version: 1, recent }));
});

/** For each shell, a command that prints the candidates at the end of a line, one per line. */
const shells = {
  bash: (line: string) => [
    'bash',
    '--norc',
    '-c',
    `source <(recx completion bash)
    COMP_WORDBREAKS=$' \\t\\n"\\'@><=;|&(:'; COMP_LINE=$1; COMP_POINT=\${#1}; _recx
    (( \${#COMPREPLY[@]} )) && printf '%s\\n' "\${COMPREPLY[@]}"`,
    'bash',
    line,
  ],
  // Without a terminal zsh does not complete: the candidates that the script passes to it are printed instead.
  zsh: (line: string) => [
    'zsh',
    '-f',
    '-c',
    `compdef() { : }; source <(recx completion zsh)
    compadd() { while [[ $1 != -a ]]; do shift; done; print -rl -- "\${(@q)\${(@P)2}}" }
    compset() { : }; _files() { print -r -- "_files $*" }
    words=("\${(@z)1}"); [[ $1 == *' ' ]] && words+=(''); CURRENT=$#words; PREFIX=\${words[CURRENT]}; COLUMNS=80; _recx`,
    'zsh',
    line,
  ],
  fish: (line: string) => ['fish', '--no-config', '-c', 'recx completion fish | source; complete -C $argv[1]', line],
} as const;

const has = (shell: string): boolean => spawnSync(shell, ['--version']).status === 0;

const cases: readonly (readonly [line: string, expected: readonly string[] | RegExp])[] = [
  ['recx li', ['list']],
  ['recx list --st', ['--status']],
  ['recx -p demo list --st', ['--status']],
  ['recx list --status p', ['paused', 'processing']],
  ['recx list --direction i', ['inbound']],
  ['recx list --with', ['--with-calls']],
  ['recx list --fields id,dial', ['id,dialed_to']],
  ['recx list --fields id,cr', ['id,created_at']],
  ['recx list -p w', ['work']],
  ['recx profile sh', ['show']],
  ['recx help sc', ['scale']],
  ['recx get pl', ['plain-1']],
  ['recx get -p demo pl', []],
  ['recx nonsense ', []],
  ['recx list --no-such-flag ', []],
];

describe.each(Object.entries(shells))('completion in %s', (shell, commandFor) => {
  const installed = has(shell);
  const skipNote = installed ? '' : `: skipped because it is not installed`;
  const complete = (line: string): readonly string[] => {
    const [command = '', ...words] = commandFor(line);
    const { stdout, stderr } = spawnSync(command, words, {
      cwd: join(folder, 'work'),
      env,
      encoding: 'utf8',
      input: '',
    });
    expect(stderr).toBe('');
    return stdout
      .split('\n')
      .map((text) => text.replace(/\t.*/, ''))
      .filter((text) => text !== '');
  };

  test.skipIf(!installed).each(cases)(`offers the right candidates for %j${skipNote}`, (line, expected) => {
    expect(complete(line)).toEqual(expected);
  });

  test.skipIf(!installed)(`completes a value after an equals sign${skipNote}`, () => {
    expect(complete('recx list --status=co')).toEqual([shell === 'bash' ? 'completed' : '--status=completed']);
  });

  test.skipIf(!installed)(`escapes ids and profile names, and omits those that cannot be typed${skipNote}`, () => {
    const offered = [...complete('recx get '), ...complete('recx list -p ')];
    const forms = { bash: 'a\\$\\(touch\\ pwned\\)b', zsh: 'a\\$\\(touch\\ pwned\\)b', fish: 'a$(touch pwned)b' };
    expect(offered).toContain(forms[shell as keyof typeof forms]); // the table's own keys
    // Two ids and one profile name cannot be typed.
    expect(offered).toHaveLength(ids.length - 2 + 2 + 1);
    expect(offered.join('\n')).not.toMatch(/new|dash|not-to-be-seen/);
    expect(readdirSync(join(folder, 'work')).sort()).toEqual(['evidence', 'file.csv', 'sub dir']);
  });

  test.skipIf(!installed)(`does not run command substitutions in the typed line${skipNote}`, () => {
    for (const line of ['recx get $(touch pwned) ', 'recx get `touch pwned` ', 'recx list -p "$(touch pwned)'])
      complete(line);
    expect(readdirSync(join(folder, 'work'))).not.toContain('pwned');
  });

  test.skipIf(!installed)(`leaves paths to the completion of the shell${skipNote}`, () => {
    const folders = { bash: [], zsh: ['_files -/'], fish: ['evidence/'] };
    const files = { bash: [], zsh: ['_files '], fish: ['file.csv'] };
    expect(complete('recx download --dir ev')).toEqual(folders[shell as keyof typeof folders]);
    expect(complete('recx export --out fi')).toEqual(files[shell as keyof typeof files]);
  });
});

import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { emptyFolder } from '../support/cleanup.ts';
import { homeWith } from '../support/home.ts';
import { nativeMedia, openMediaAccount } from '../support/media-account.ts';
import { runPacked } from '../support/packed.ts';
import { isExecutable } from '../support/paths.ts';
import { relay } from '../support/wire-formats.ts';

const onLinux = process.platform === 'linux';

describe.runIf(onLinux)('standard output that is closed at the start', () => {
  test.each([
    'list -p relay',
    'stats -p relay',
    'export -p relay',
    'providers',
    'help',
    '--version',
    'list --help',
    'profile list',
  ])('is a failure of recx %s, and an output to /dev/null is none', async (words) => {
    const { shell } = await homeWith();
    const closed = await shell(`$RECX ${words} >&-`);
    expect(closed.code).toBe(7);
    expect(closed.err).toMatch(/^recx: standard output is closed$/m);
    expect(await shell(`$RECX -q ${words} >/dev/null`)).toMatchObject({ code: 0, err: '' });
  });

  test('is a failure of get and verify, and none of a download to files', async () => {
    const account = await openMediaAccount(relay, [{ id: 'one' }]);
    const download = `$RECX download ${relay.args.join(' ')} --since 7d --dir ${account.out} >&-`;
    expect(await account.shell(download)).toMatchObject({ code: 0, err: '' });
    for (const words of [`get one ${relay.args.join(' ')}`, `verify ${account.out}`])
      expect(await account.shell(`$RECX ${words} >&-`)).toMatchObject({ code: 7 });
  });

  test('is not what closed standard input and errors mean', async () => {
    const { shell } = await homeWith();
    const { code, out } = await shell('$RECX list -p relay -n 1 -o ndjson <&- 2>&-');
    expect({ code, rows: out.split('\n').length - 1 }).toEqual({ code: 0, rows: 1 });
  });
});

describe.runIf(onLinux)('SIGHUP', () => {
  const hangUp = async (start: string, isAnswered: boolean) => {
    const recordings = [{ id: 'one', media: nativeMedia(relay) }];
    const account = await openMediaAccount(relay, recordings, async (request) => {
      // The signal arrives while the run waits for this answer.
      if (!request.url.pathname.includes('/files/')) return false;
      await account.shell(`kill -HUP $(cat ${account.folderNamed('pid')})`);
      return !isAnswered;
    });
    const words = `download ${relay.args.join(' ')} --since 7d --dir ${account.out}`;
    const script = start.replace('RUN', `$RECX ${words}`).replace('PID', account.folderNamed('pid'));
    const run = await account.shell(script);
    return { run, isComplete: existsSync(join(account.out, 'one.wav')) };
  };

  test.each([
    ['nohup', 'nohup RUN & echo $! >PID; wait $!; echo $?'],
    ['a script under nohup', "trap '' HUP; RUN & echo $! >PID; wait $!; echo $?"],
  ])('is ignored under %s', async (_, script) => {
    const { run, isComplete } = await hangUp(script, true);
    expect({ out: run.out, isComplete }).toEqual({ out: '0\n', isComplete: true });
  });

  test('ends any other run with that signal', async () => {
    const { run, isComplete } = await hangUp('RUN & echo $! >PID; wait $!; echo $?', false);
    expect({ out: run.out, isComplete }).toEqual({ out: '129\n', isComplete: false });
  });
});

describe.skipIf(isExecutable)('an error that nothing catches', () => {
  const throwing = (error: string) => {
    const module = join(emptyFolder(), 'throwing.cjs');
    writeFileSync(module, `setTimeout(() => { throw ${error}; }, 1)`);
    return runPacked(['demo'], { env: { HOME: emptyFolder(), NODE_OPTIONS: `--require ${module}` } });
  };

  test('for lack of memory is a local failure', async () => {
    const run = await throwing(
      "new RangeError('WebAssembly.instantiate(): Out of memory: Cannot allocate Wasm memory')",
    );
    expect({ code: run.code, err: run.err }).toEqual({
      code: 7,
      err: 'recx: not enough memory\nRaise the limit: ulimit -v unlimited\n',
    });
  });
});

describe.skipIf(isExecutable)('compiled code', () => {
  /** The folder that recx gives to Node, which Node 20 does not have a use for yet. */
  const cacheFolder = async (env: Readonly<Record<string, string>>): Promise<string | undefined> => {
    const folder = emptyFolder();
    const [module, log] = ['caching.cjs', 'log'].map((name) => join(folder, name));
    writeFileSync(
      String(module),
      `require('node:module').enableCompileCache = (folder) => require('node:fs').writeFileSync(${JSON.stringify(log)}, String(folder));`,
    );
    const run = await runPacked(['help'], { env: { ...env, NODE_OPTIONS: `--require ${module}` } });
    expect(run).toMatchObject({ code: 0, err: '' });
    return existsSync(String(log)) ? readFileSync(String(log), 'utf8') : undefined;
  };
  const withFolder = (mode: number) => {
    const folder = emptyFolder();
    chmodSync(folder, mode);
    return { folder, cache: join(folder, 'compile-cache'), env: { HOME: folder, RECX_CONFIG_DIR: folder } };
  };

  test.each([0o700, 0o755])('is kept in the configuration folder (%o), where nobody else can write', async (mode) => {
    const { cache, env } = withFolder(mode);
    for (let run = 0; run < 2; run++) expect(await cacheFolder(env)).toBe(cache);
    expect(statSync(cache).mode & 0o777).toBe(0o700);
  });

  test('is kept nowhere without a configuration folder', async () => {
    const home = emptyFolder();
    expect(await cacheFolder({ HOME: home })).toBeUndefined();
    expect(existsSync(join(home, '.config'))).toBe(false);
    expect(await cacheFolder({ HOME: 'relative' })).toBeUndefined();
  });

  test('is kept nowhere if others can write to the folder', async () => {
    for (const mode of [0o777, 0o1777, 0o770]) {
      const { cache, env } = withFolder(mode);
      expect(await cacheFolder(env)).toBeUndefined();
      expect(existsSync(cache)).toBe(false);
    }
  });

  test('is not read from a cache folder that is a link or that others can use', async () => {
    const linked = withFolder(0o700);
    symlinkSync(emptyFolder(), linked.cache);
    const open = withFolder(0o700);
    mkdirSync(open.cache);
    chmodSync(open.cache, 0o755);
    for (const { env } of [linked, open]) expect(await cacheFolder(env)).toBeUndefined();
  });

  test.runIf(process.getuid?.() === 0)('is not read from folders of another user', async () => {
    const folder = withFolder(0o700);
    const cache = withFolder(0o700);
    mkdirSync(cache.cache, { mode: 0o700 });
    chownSync(folder.folder, 65_534, 65_534);
    chownSync(cache.cache, 65_534, 65_534);
    for (const { env } of [folder, cache]) expect(await cacheFolder(env)).toBeUndefined();
  });
});

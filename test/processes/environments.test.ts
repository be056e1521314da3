import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { networkInterfaces } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { cleanUp, emptyFolder } from '../support/cleanup.ts';
import { inspectFolder, openDownloadAccount, wavRecordings } from '../support/download-account.ts';
import { configurationText, homeWith } from '../support/home.ts';
import { manifestEntries, openMediaAccount } from '../support/media-account.ts';
import { stalled } from '../support/media-faults.ts';
import { runHere } from '../support/run.ts';
import { listArgs, plivo } from '../support/wire-formats.ts';

const canStartContainers = ((): boolean => {
  try {
    execFileSync('unshare', ['--pid', '--fork', 'true'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
})();

const account = () => openDownloadAccount(wavRecordings(6, 20_000));

describe.concurrent('a download', () => {
  test.skipIf(!canStartContainers).each([
    ['TERM', 143],
    ['INT', 130],
    ['HUP', 129],
  ] as const)('that is process 1 of a container ends at SIG%s with exit code %i', async (signal, code) => {
    const { shell, args, dir } = await openDownloadAccount(wavRecordings(2, 400_000), {
      media: ({ bytes }) => stalled(bytes, 200_000, { etag: '"x"', type: 'audio/x-wav' }),
    });
    // Process 1 cannot kill itself: the exit code has to say how it ended.
    const { out } = await shell(`
      unshare --pid --fork $RECX ${args().join(' ')} 2>/dev/null & container=$!
      until ls -A ${dir} 2>/dev/null | grep -q part; do sleep 0.05; done
      kill -${signal} $(ps -o pid= --ppid $container)
      wait $container; echo $?`);
    expect(out.trim()).toBe(String(code));
  });

  test('continues when its messages can no longer be written', async () => {
    const { shell, args, dir, recordings } = await account();
    expect(await shell(`$RECX ${args('-v').join(' ')} 2> >(head -n 1 >/dev/null)`)).toMatchObject({ code: 0 });
    expect(existsSync(join(dir, `${recordings[5]?.id}.wav`))).toBe(true);
  });

  test('does not need standard input', async () => {
    const { shell, args } = await account();
    expect(await shell(`$RECX ${args().join(' ')} <&-`)).toMatchObject({ code: 0, err: '' });
  });

  test('is not affected by the rules of a language for upper and lower case', async () => {
    const { runPacked: run, args } = await account();
    const words = args('--status', 'COMPLETED', '--kind', 'Call', '--dry-run');
    const [plain, turkish] = await Promise.all([
      run(words),
      run(words, { env: { LC_ALL: 'tr_TR.UTF-8', LANG: 'tr_TR' } }),
    ]);
    expect(turkish).toMatchObject({ code: 0, out: plain.out });
  });

  test('writes into a folder that a link names, and refuses a link that leads nowhere', async () => {
    const { run, workFolder, args, recordings } = await account();
    const [real, link, broken] = ['real', 'link', 'broken'].map((name) => join(workFolder, name));
    mkdirSync(String(real));
    symlinkSync(String(real), String(link));
    symlinkSync(join(workFolder, 'nowhere'), String(broken));
    expect(await run([...args(), '--dir', String(link)])).toMatchObject({ code: 0, err: '' });
    expect(existsSync(join(String(real), `${recordings[0]?.id}.wav`))).toBe(true);
    expect((await run([...args(), '--dir', String(broken)])).code).toBe(7);
  });

  test('does not need a folder for temporary files', async () => {
    const opened = await account();
    const result = await opened.runPacked(opened.args(), { env: { TMPDIR: '/nowhere/tmp' } });
    expect(result).toMatchObject({ code: 0, err: '' });
    expect(inspectFolder(opened).files).toHaveLength(6);
  });

  test('keeps a name of forty composed emoji within the limit of the file system', async () => {
    const more = { conference_name: '👨‍👩‍👧‍👦'.repeat(40) };
    const { download, out } = await openMediaAccount(plivo, [{ id: 'only', more }]);
    expect(await download('--name', '{conference_name}-{id}')).toMatchObject({ code: 0, err: '' });
    const [entry] = manifestEntries(out);
    expect(String(entry?.path)).toMatch(/-[0-9a-f]{8}\.mp3$/);
    expect(Buffer.byteLength(String(entry?.path))).toBeLessThan(256);
  });

  test('of one account under two profiles stores each recording once', async () => {
    const { run, folder, sandbox } = await homeWith();
    const config = JSON.parse(configurationText(sandbox.origin)) as { profiles: Record<string, unknown> };
    const profiles = { ...config.profiles, again: config.profiles.plivo };
    writeFileSync(join(folder, 'config.json'), JSON.stringify({ ...config, profiles }), { mode: 0o600 });
    const [once, twice] = await Promise.all(
      [
        ['-p', 'plivo'],
        ['-p', 'plivo', '-p', 'again'],
      ].map((chosen) => run(['list', ...chosen, '--since', '7d', '--all', '-o', 'ndjson', '--fields', 'id'])),
    );
    expect(twice).toMatchObject({ code: 0, out: once?.out });
    const dir = join(emptyFolder(), 'recordings');
    expect(
      await run(['download', '-p', 'plivo', '-p', 'again', '--since', '7d', '--status', 'completed', '--dir', dir]),
    ).toMatchObject({ code: 0, err: expect.stringContaining('belong to the same account') });
    const paths = manifestEntries(dir).map(({ path }) => path);
    expect(new Set(paths).size).toBe(paths.length);
  });
});

describe.concurrent('an export', () => {
  test.each([
    ['a link', (folder: string) => join(folder, 'link.csv')],
    ['a device', () => '/dev/stdout'],
  ] as const)('to %s is refused', async (_, targetIn) => {
    const folder = emptyFolder();
    symlinkSync(join(folder, 'target.csv'), join(folder, 'link.csv'));
    const { run } = await homeWith();
    const result = await run(['export', ...plivo.args, '--since', '7d', '-o', 'csv', '--out', targetIn(folder)]);
    expect(result).toMatchObject({ code: 8, out: '' });
    expect(existsSync(join(folder, 'target.csv'))).toBe(false);
  });
});

const hasIpv6 = Object.values(networkInterfaces()).some((list) => list?.some(({ address }) => address === '::1'));

test.skipIf(!hasIpv6)('a server that has an IPv6 address only is listed', async () => {
  const { sandbox, folder } = await homeWith();
  const forward = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const { authorization = '' } = request.headers;
    const reply = await fetch(`${sandbox.origin}${request.url}`, { headers: { authorization } });
    response.writeHead(reply.status, { 'content-type': 'application/json' }).end(await reply.text());
  };
  const server = createServer((request, response) => void forward(request, response));
  await new Promise<void>((resolve) => server.listen(0, '::1', resolve));
  cleanUp(() => server.close());
  const { port } = server.address() as { port: number }; // a TCP server has a port
  writeFileSync(join(folder, 'config.json'), configurationText(`http://[::1]:${port}`), { mode: 0o600 });
  const words = [...listArgs(plivo), '-n', '1', '-o', 'ndjson'].filter((word) => word !== '--all');
  const { code, out, err } = await runHere(words, { env: { HOME: folder, RECX_CONFIG_DIR: folder } });
  expect({ code, err, lines: out.trim().split('\n').length }).toEqual({ code: 0, err: '', lines: 1 });
});

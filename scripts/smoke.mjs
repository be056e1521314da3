// Runs the packed program on each newer version of Node.js, which is installed from the npm registry.
import assert from 'node:assert/strict';
import { execFile, execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { createServer, request } from 'node:http';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const VERSIONS = ['22.23.3', '24.21.0', '26.10.0'];

const folder = mkdtempSync(join(tmpdir(), 'recx-smoke-'));
const options = { stdio: ['ignore', 'pipe', 'inherit'], encoding: 'utf8' };
const install = (place, what) => {
  mkdirSync(place, { recursive: true });
  execFileSync('npm', ['install', '--silent', '--no-save', '--ignore-scripts', '--prefix', place, what], options);
};

/** Runs the installed program and returns its output; throws if it fails. */
const runner = (node, program) => {
  const run = promisify(execFile);
  return async (words, env = {}) => {
    const home = { PATH: process.env.PATH, HOME: join(folder, 'home'), ...env };
    const { stdout, stderr } = await run(node, [program, ...words], { env: home, encoding: 'utf8' });
    return { out: stdout, err: stderr };
  };
};

/** A proxy that counts its requests. */
const startProxy = async () => {
  let passed = 0;
  const server = createServer((incoming, outgoing) => {
    passed++;
    const forwarded = request(incoming.url, { headers: incoming.headers }, (response) => {
      outgoing.writeHead(response.statusCode, response.headers);
      response.pipe(outgoing);
    });
    forwarded.on('error', () => outgoing.destroy());
    forwarded.end();
  });
  server.on('connect', (incoming, socket) => {
    passed++;
    const { hostname, port } = new URL(`http://${incoming.url}`);
    import('node:net').then(({ connect }) => {
      const through = connect(Number(port), hostname, () => {
        socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
        through.pipe(socket).pipe(through);
      });
      through.on('error', () => socket.destroy());
      socket.on('error', () => through.destroy());
    });
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { address: `http://127.0.0.1:${server.address().port}`, count: () => passed, close: () => server.close() };
};

const smoke = async (node, program, version, sandbox) => {
  const recx = runner(node, program);
  const shown = await recx(['--version']);
  assert.equal(shown.out, `${createRequire(import.meta.url)('../package.json').version}\n`);
  assert.match((await recx(['--help'])).out, /Commands:/);
  const { out, err } = await recx(['list', '--profile', 'demo', '--all', '-o', 'json']);
  assert.equal(err, '');
  const rows = JSON.parse(out);
  assert.ok(rows.length >= 240);
  assert.equal(
    (await recx(['list', '--profile', 'demo', '--all', '-o', 'csv'])).out.split('\n').length,
    rows.length + 2,
  );
  assert.match(
    (await recx(['list', '--profile', 'demo', '--limit', '3', '-o', 'table', '--tz', 'Asia/Tokyo'])).out,
    /Created/,
  );
  assert.equal(JSON.parse((await recx(['get', rows[7].id, '--profile', 'demo'])).out).id, rows[7].id);
  const name = `node-${version}`;
  const add = ['profile', 'add', name, '--provider', 'plivo', '--set', 'auth_id=MASANDBOXSANDBOX0000'];
  await recx([...add, '--base-url', sandbox.origin, '--secret-env', 'SECRET']);
  const SECRET = 'sandbox-plivo-token';
  assert.equal(JSON.parse((await recx(['list', '-p', name, '--limit', '5'], { SECRET })).out).length, 5);
  const proxy = await startProxy();
  try {
    await recx(['list', '-p', name, '--limit', '5'], { SECRET, HTTP_PROXY: proxy.address });
    assert.equal(proxy.count(), 1);
    await recx(['list', '-p', name, '--limit', '5'], { SECRET, HTTP_PROXY: proxy.address, NO_PROXY: '127.0.0.1' });
    assert.equal(proxy.count(), 1);
    const media = ['download', '-p', name, '--limit', '3', '--dir', join(folder, name)];
    assert.deepEqual(await recx(media, { SECRET, HTTP_PROXY: proxy.address }), { out: '', err: '' });
    // One tunnel for the list, others for the media.
    assert.ok(proxy.count() > 2);
    assert.equal((await recx(['verify', join(folder, name)])).out, '[]\n');
  } finally {
    proxy.close();
  }
  const wrong = await recx(['list', '-p', name], { SECRET: 'wrong' }).catch((error) => error);
  assert.equal(wrong.code, 4);
  const shell = `"${node}" "${program}" list --profile demo --all -o csv | head -1; echo "\${PIPESTATUS[0]}"`;
  const piped = execFileSync('bash', ['-c', shell], { ...options, env: { PATH: process.env.PATH, HOME: folder } });
  assert.match(piped, /^id,.*\n(0|141)\n$/);
};

let failed = 0;
try {
  execFileSync('npm', ['pack', '--silent', '--ignore-scripts', '--pack-destination', folder], options);
  const archive = readdirSync(folder).find((file) => file.endsWith('.tgz'));
  install(join(folder, 'program'), join(folder, archive));
  const program = join(folder, 'program', 'node_modules', 'recx', 'bin', 'recx.cjs');
  const sandbox = await createRequire(import.meta.url)('../dist/sandbox.cjs').startSandbox({ now: Date.now });
  for (const version of VERSIONS) {
    try {
      const name = `node-${process.platform}-${process.arch}`;
      install(join(folder, version), `${name}@${version}`);
      await smoke(join(folder, version, 'node_modules', name, 'bin', 'node'), program, version, sandbox);
      process.stdout.write(`Node ${version}: works\n`);
    } catch (error) {
      failed++;
      process.stdout.write(`Node ${version}: ${error.stack ?? error}\n`);
    }
  }
  await sandbox.close();
} finally {
  rmSync(folder, { recursive: true, force: true });
}
process.exitCode = failed > 0 ? 1 : 0;

import { existsSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { expect } from 'vitest';
import { sandboxApis } from '../../src/sandbox/server.ts';
import { acceptanceTest, downloadArgs, downloadedFile, intactResponse, type Workspace } from '../support/acceptance.ts';
import { selfSigned } from '../support/certificate.ts';
import { answer } from '../support/home.ts';
import { mediaPath } from '../support/media-account.ts';
import { redirect, rejectingCredentials, requiringCredentials } from '../support/media-faults.ts';
import { SIGNATURE } from '../support/run.ts';
import { TOKEN } from '../support/run-invariants.ts';
import { listArgs, plivo, relay } from '../support/wire-formats.ts';

const signed = `signature=${SIGNATURE}`;
const loginOf = (secret: string): string => {
  const [user] = sandboxApis[0]?.basicAuth ?? [];
  return `Basic ${Buffer.from(`${user}:${secret}`).toString('base64')}`;
};

/** Checks that a list which redirects to another host is not followed. */
const expectRedirectRefused = async (
  workspace: Workspace,
  statuses: readonly number[],
  host: string,
): Promise<void> => {
  const other = await workspace.unrelatedServer();
  const target = `http://${host}:${other.port}`;
  for (const status of statuses) {
    const sandbox = await workspace.startProviders((_, response) =>
      answer(response, '', status, { location: `${target}/list?${signed}` }),
    );
    const { code, out, err } = await workspace.run(listArgs(relay));
    expect({ status, code, out, requests: sandbox.requests.length }).toEqual({ status, code: 5, out: '', requests: 1 });
    expect(err).toContain(sandbox.origin);
    expect(err).toContain(target);
    expect(err).not.toContain('/list');
  }
  expect(other.connections()).toBe(0);
};

acceptanceTest(
  'A01 a list request does not follow a redirect to another host by 301, 302, 303, 307 or 308',
  (workspace) => expectRedirectRefused(workspace, [301, 302, 303, 307, 308], 'localhost'),
);

acceptanceTest('A02 a list request does not follow a redirect to another port of the same host', (workspace) =>
  expectRedirectRefused(workspace, [302, 307], '127.0.0.1'),
);

acceptanceTest('A03 a redirect from HTTPS to HTTP opens no plaintext connection', async (workspace) => {
  const { cert, key } = selfSigned();
  const other = await workspace.unrelatedServer();
  const server = createServer({ cert, key }, (_, response) =>
    answer(response, '', 302, { location: `http://127.0.0.1:${other.port}/list?${signed}` }),
  );
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  workspace.cleanups.push(() => {
    server.close();
    server.closeAllConnections();
  });
  const authority = join(workspace.root, 'authority.pem');
  writeFileSync(authority, cert);
  workspace.storeProfiles(`https://127.0.0.1:${(server.address() as AddressInfo).port}`); // a TCP server has a port
  const { code, out } = await workspace.run(listArgs(relay), { env: { NODE_EXTRA_CA_CERTS: authority } });
  expect({ code, out, plain: other.connections() }).toEqual({ code: 8, out: '', plain: 0 });
});

acceptanceTest(
  'A04 a media request to another host carries no credentials, cookies or other headers that identify the account',
  async (workspace) => {
    const storage = await workspace.mediaServer(rejectingCredentials(intactResponse(relay)));
    const asked = await workspace.serveRecordings(relay, [
      { id: 'one', link: `${storage.originByName}/one.wav?${signed}` },
    ]);
    expect(await workspace.run(downloadArgs(relay))).toMatchObject({ code: 0, out: '', err: '' });
    expect({ files: existsSync(downloadedFile(workspace, relay, 'one')), own: asked.length }).toEqual({
      files: true,
      own: 0,
    });
    const asking = await workspace.mediaServer(requiringCredentials(loginOf(TOKEN), intactResponse(relay, 1)));
    await workspace.serveRecordings(relay, [{ id: 'two', link: `${asking.originByName}/two.wav?${signed}` }]);
    expect((await workspace.run(downloadArgs(relay))).code).toBe(3);
    const requests = [...storage.requests, ...asking.requests];
    const told = requests.flatMap(({ headers }) =>
      Object.keys(headers).filter((name) => /^(?:authorization|cookie|referer|origin|x-.*|proxy-.*)$/.test(name)),
    );
    expect({ told, requests: storage.requests.length }).toEqual({ told: [], requests: 1 });
    expect(asking.requests.length).toBeGreaterThan(0);
  },
);

acceptanceTest(
  'A05 protected media that redirects to signed storage receives credentials on the first hop only',
  async (workspace) => {
    const storage = await workspace.mediaServer(rejectingCredentials(intactResponse(relay)));
    const seen: (string | undefined)[] = [];
    const media = requiringCredentials(loginOf(TOKEN), redirect(`${storage.originByName}/one.wav?${signed}`));
    await workspace.serveRecordings(relay, [{ id: 'one', media }], ({ url, headers }) => {
      if (url.pathname === mediaPath(relay, 'one')) seen.push(headers.authorization);
      return false;
    });
    expect(await workspace.run(downloadArgs(relay))).toMatchObject({ code: 0, out: '', err: '' });
    expect(seen.at(-1)).toBe(loginOf(TOKEN));
    expect(storage.requests.map(({ headers }) => headers.authorization)).toEqual([undefined]);
    expect(existsSync(downloadedFile(workspace, relay, 'one'))).toBe(true);
    const asking = await workspace.mediaServer(requiringCredentials(loginOf(TOKEN), intactResponse(relay)));
    await workspace.serveRecordings(relay, [
      { id: 'two', media: requiringCredentials(loginOf(TOKEN), redirect(`${asking.originByName}/two.wav`)) },
    ]);
    expect((await workspace.run(downloadArgs(relay))).code).toBe(3);
    expect(new Set(asking.requests.map(({ headers }) => headers.authorization))).toEqual(new Set([undefined]));
  },
);

acceptanceTest(
  'A07 a next-page link to another origin, in six disguises, is refused without a request',
  async (workspace) => {
    const other = await workspace.unrelatedServer();
    const { port } = other;
    const disguises = [
      `http://127.0.0.1:${port}/l?offset=20`,
      `//127.0.0.1:${port}/l?offset=20`,
      `https:\\\\127.0.0.1:${port}\\l`,
      `https://127.0.0.1@localhost:${port}/`,
      `http://127.0.0.1.b.test:${port}/`,
      `http://localhost.:${port}/`,
    ];
    for (const [index, next] of disguises.entries()) {
      const wire = index % 2 === 0 ? relay : plivo;
      const sandbox = await workspace.startProviders((_, response, count) =>
        answer(response, wire.page([wire.row(`row-${count}`)], count === 1 ? next : null)),
      );
      if (next.includes('localhost.')) workspace.storeProfiles(sandbox.origin.replace('127.0.0.1', 'localhost'));
      const { code, out } = await workspace.run(listArgs(wire, '-o', 'json'));
      expect({ next, code, requests: sandbox.requests.length }).toEqual({ next, code: 8, requests: 1 });
      expect(() => JSON.parse(out)).toThrow();
    }
    expect(other.connections()).toBe(0);
  },
);

acceptanceTest(
  'A10 configuration files in the current folder cannot redirect requests to another host',
  async (workspace) => {
    const other = await workspace.unrelatedServer();
    const sandbox = await workspace.startProviders((_, response) =>
      answer(response, relay.page([relay.row('one')], null)),
    );
    const origin = `http://127.0.0.1:${other.port}`;
    const lines = (names: readonly string[]): string => `${names.map((name) => `${name}=${origin}`).join('\n')}\n`;
    const named = {
      base_url: origin,
      baseUrl: origin,
      provider: 'signalwire',
      profiles: { relay: { base_url: origin } },
    };
    const texts = {
      '.env': `${lines(['SIGNALWIRE_SPACE', 'RECX_BASE_URL', 'HTTP_PROXY', 'http_proxy'])}RECX_CONFIG_DIR=${workspace.cwd}\n`,
      '.recxrc': JSON.stringify(named),
      'recx.config.json': JSON.stringify(named),
      'config.json': JSON.stringify(named),
      'package.json': JSON.stringify({ name: 'x', recx: named, config: { recx: named } }),
      '.npmrc': lines(['proxy', 'https-proxy', 'registry', 'recx:base_url']),
    };
    for (const [name, text] of Object.entries(texts)) writeFileSync(join(workspace.cwd, name), text);
    for (const words of [listArgs(relay, '-o', 'json'), ['profile', 'check', 'relay', '--api', 'relay']])
      expect(await workspace.run(words)).toMatchObject({ code: 0, err: '' });
    expect(sandbox.requests.length).toBeGreaterThan(1);
    expect(other.connections()).toBe(0);
  },
);

acceptanceTest(
  'A11 a base URL given by flag or environment does not redirect a profile away from its own host',
  async (workspace) => {
    const other = await workspace.unrelatedServer();
    const origin = `http://127.0.0.1:${other.port}`;
    const sandbox = await workspace.startProviders((_, response) =>
      answer(response, relay.page([relay.row('one')], null)),
    );
    const byFlag = await workspace.run(listArgs(relay, '--base-url', origin));
    const names = ['SIGNALWIRE_SPACE', 'SIGNALWIRE_BASE_URL', 'RECX_BASE_URL', 'BASE_URL'];
    const byEnvironment = await workspace.run(listArgs(relay), {
      env: Object.fromEntries(names.map((name) => [name, origin])),
    });
    expect(other.connections()).toBe(0);
    expect(byEnvironment.code === 8 || sandbox.requests.length === 1).toBe(true);
    // Only the command that adds profiles has such a flag.
    expect([2, 8]).toContain(byFlag.code);
    expect(byFlag.err).toContain('profile add');
  },
);

import { describe, expect, test } from 'vitest';
import { answer, homeWith, profileAddArgs, unrelatedServer } from '../../support/home.ts';
import { SIGNATURE } from '../../support/run.ts';
import { listArgs, wireFormats } from '../../support/wire-formats.ts';

const redirects = [
  ...[301, 302, 303, 307, 308].map((status) => ({ status, place: 'another host' })),
  { status: 307, place: 'another port' },
  { status: 302, place: 'another scheme' },
] as const;

/** The origin that a redirect leads to and that the error must name. */
const origins: Readonly<Record<string, (own: string, port: number) => string>> = {
  'another host': (_, port) => `http://localhost:${port}`,
  'another port': (_, port) => `http://127.0.0.1:${port}`,
  'another scheme': (own) => own.replace('http:', 'https:'),
};

describe.concurrent.each(wireFormats)('the credentials of $profile are sent to its own origin only', (wire) => {
  test.each(redirects)('when a list redirects with $status to $place', async ({ status, place }) => {
    const other = await unrelatedServer();
    let target = '';
    const { run, sandbox } = await homeWith({
      intercept: (_, response) => answer(response, '', status, { location: `${target}/list?signature=${SIGNATURE}` }),
    });
    target = origins[place]?.(sandbox.origin, other.port) ?? '';
    const { code, out, err } = await run(listArgs(wire));
    expect(other.connections()).toBe(0);
    expect(sandbox.requests).toHaveLength(1);
    expect({ code, out }).toEqual({ code: 5, out: '' });
    expect(err).toContain(sandbox.origin);
    expect(err).toContain(target);
    expect(err).not.toMatch(/signature|\/list/);
  });

  test('when a recording redirects with 302 to another port', async () => {
    const other = await unrelatedServer();
    const { run, sandbox } = await homeWith({
      intercept: (_, response) => answer(response, '', 302, { location: `//127.0.0.1:${other.port}/` }),
    });
    const { code, out } = await run(['get', 'some-id', ...wire.args]);
    expect(other.connections()).toBe(0);
    expect(sandbox.requests).toHaveLength(1);
    expect({ code, out }).toEqual({ code: 5, out: '' });
  });

  test('and a redirect within that origin is followed', async () => {
    const { run, sandbox } = await homeWith({
      intercept: ({ url }, response, count) =>
        count === 1 && answer(response, '', 302, { location: `${url.pathname}${url.search}` }),
    });
    const { code, err } = await run(['list', ...wire.args, '-n', '3']);
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(sandbox.requests).toHaveLength(2);
    expect(sandbox.requests[1]?.headers.authorization).toMatch(/^Basic /);
  });

  test('and a redirect within that origin is followed to its bytes, which are mostly UTF-8', async () => {
    const { run, sandbox } = await homeWith({
      intercept: ({ url }, response, count) => {
        const { pathname, search } = url;
        const place = `${pathname}${search}${search === '' ? '?' : '&'}place=Réunion`;
        return count === 1 && answer(response, '', 302, { location: Buffer.from(place).toString('latin1') });
      },
    });
    await run(['list', ...wire.args, '-n', '3']); // the sandbox rejects the parameter
    expect(sandbox.requests[1]?.url.href).toContain('place=R%C3%A9union');
  });

  test.each([
    ['an absolute link', (_: string, port: number) => `http://127.0.0.1:${port}/list?offset=20`],
    ['a link without scheme', (_: string, port: number) => `//127.0.0.1:${port}/list?offset=20`],
    ['a link with backslashes', (_: string, port: number) => `http:\\\\127.0.0.1:${port}\\list?offset=20`],
    ['its own host as the user name', (_: string, port: number) => `http://127.0.0.1@localhost:${port}/?offset=20`],
    ['its own host with another scheme', (own: string) => `${own.replace('http:', 'https:')}/list?offset=20`],
    ['its own host as a subdomain', (own: string) => `${own.replace('.0.0.1:', '.0.0.1.b.test:')}/list?offset=20`],
    ['its own host with a user name', (own: string) => `${own.replace('//', '//somebody:else@')}/list?offset=20`],
    ['a file', () => 'file:///etc/passwd?offset=20'],
  ])('when the next-page link is %s', async (_, link) => {
    const other = await unrelatedServer();
    let next = '';
    const { run, sandbox } = await homeWith({
      intercept: (_request, response, count) =>
        answer(response, wire.page([wire.row(`row-${count}`)], count === 1 ? next : null)),
    });
    next = link(sandbox.origin, other.port);
    const { code, out } = await run(listArgs(wire, '-o', 'json'));
    expect(other.connections()).toBe(0);
    expect(() => JSON.parse(out)).toThrow();
    expect({ code, requests: sandbox.requests.length }).toEqual({ code: 8, requests: 1 });
  });

  test('when the next-page link is the same host with a trailing dot', async () => {
    let next = '';
    const { run, sandbox } = await homeWith({
      intercept: (_request, response, count) =>
        answer(response, wire.page([wire.row(`row-${count}`)], count === 1 ? next : null)),
    });
    const { port } = new URL(sandbox.origin);
    next = `http://localhost.:${port}/list?offset=20`;
    const [words, input] = profileAddArgs(wire.provider, 'named', `http://localhost:${port}`);
    const [, api = ''] = wire.name.split('/');
    expect((await run(words, { input })).code).toBe(0);
    const { code, out } = await run(['list', '-p', 'named', '--api', api, '--all', '--since', '7d', '-o', 'json']);
    expect(() => JSON.parse(out)).toThrow();
    expect({ code, requests: sandbox.requests.length }).toEqual({ code: 8, requests: 1 });
  });
});

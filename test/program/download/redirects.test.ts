import { describe, expect, test } from 'vitest';
import { sandboxApis } from '../../../src/sandbox/server.ts';
import { foreign, guarded, inTurn, type MediaServer, redirect, serve } from '../../support/media-faults.ts';
import { SIGNATURE } from '../../support/run.ts';
import {
  buildsLinks,
  expectKept,
  fileOf,
  kept,
  mediaPath,
  nativeOf,
  type Stock,
  stocked,
  wholeOf,
} from '../../support/stock.ts';
import { type Wire, wires } from '../../support/wires.ts';

const loginOf = ({ provider }: Wire): string => {
  const login = sandboxApis.find((api) => api.provider === provider)?.login ?? [];
  return `Basic ${Buffer.from(login.join(':')).toString('base64')}`;
};

/** Checks that no header identifies the client or the account. */
const expectAnonymous = ({ requests }: Pick<MediaServer, 'requests'>): void => {
  for (const { headers } of requests) {
    const told = Object.keys(headers).filter((name) =>
      /^(?:authorization|proxy-.*|cookie|referer|origin|x-.*)$/.test(name),
    );
    expect(told).toEqual([]);
  }
};

const expectOneFile = (stock: Stock, wire: Wire): void => expectKept(stock.out, kept(wire, { one: fileOf(wire) }));

describe.concurrent.each(wires)('media of $profile', (wire) => {
  const file = `one.${nativeOf(wire)}`;

  test('on another host is requested without any header that identifies the account', async () => {
    const storage = await serve(foreign(wholeOf(wire)));
    const stock = await stocked(wire, [{ id: 'one', link: `${storage.named}/${file}?X-Amz-Signature=${SIGNATURE}` }]);
    expect(await stock.download()).toMatchObject({ code: 0, out: '', err: '' });
    expectOneFile(stock, wire);
    expect(storage.requests.map(({ method, url }) => `${method} ${url.pathname}`)).toEqual([`GET /${file}`]);
    expectAnonymous(storage);
    expect(stock.media).toHaveLength(0);
  });

  test('on another host that demands credentials is requested without credentials', async () => {
    const storage = await serve(guarded('Basic none', wholeOf(wire)));
    const stock = await stocked(wire, [{ id: 'one', link: `${storage.named}/${file}` }]);
    const { code, err } = await stock.download();
    expect(code).toBe(3);
    expect(err).toMatch(/one: .*401/);
    expect(storage.requests.length).toBeLessThanOrEqual(2);
    expectAnonymous(storage);
    expectKept(stock.out, {});
  });

  test('that demands credentials is requested with them, and a redirect to another host is followed without them', async () => {
    const storage = await serve(foreign(wholeOf(wire)));
    const stock = await stocked(wire, [
      { id: 'one', media: guarded(loginOf(wire), redirect(`${storage.origin}/${file}?X-Amz-Signature=${SIGNATURE}`)) },
    ]);
    const { code, err } = await stock.download();
    if (wire.profile === 'video') {
      // Links of this API are signed and need no credentials.
      expect(code).toBe(3);
      expectAnonymous({ requests: stock.media });
      expect(storage.requests).toHaveLength(0);
      return;
    }
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(stock.media.map(({ headers }) => headers.authorization)).toEqual([undefined, loginOf(wire)]);
    expect(storage.requests).toHaveLength(1);
    expectAnonymous(storage);
    expectOneFile(stock, wire);
  });

  test('redirected to another host and back is requested without credentials', async () => {
    const storage = await serve(foreign((request, response) => redirect(`${back}?again`)(request, response)));
    const stock = await stocked(wire, [
      {
        id: 'one',
        media: (request, response) =>
          (request.url.search === '?again'
            ? guarded(loginOf(wire), wholeOf(wire))
            : redirect(`${storage.origin}/${file}`))(request, response),
      },
    ]);
    const back = `${stock.sandbox.origin}${mediaPath(wire, 'one')}`;
    const { code } = await stock.download();
    expect(code).toBe(3);
    expect(storage.requests.length).toBeGreaterThan(0);
    const returned = stock.media.filter(({ url }) => url.search === '?again');
    expect(returned.length).toBeGreaterThan(0);
    expectAnonymous({ requests: returned });
    expectAnonymous(storage);
    expectKept(stock.out, {});
  });

  test('is fetched over five redirects, relative or absolute, and not over six', async () => {
    const hops = (count: number) => {
      const steps = Array.from({ length: count }, (_, index) =>
        redirect(
          index % 2 === 0 ? `/${index}/${file}` : `//${storage.origin.slice('http://'.length)}/${index}`,
          [301, 302, 303, 307, 308][index % 5],
        ),
      );
      return inTurn(steps[0] ?? wholeOf(wire), ...steps.slice(1), wholeOf(wire));
    };
    const storage: MediaServer = await serve((request, response) => current(request, response));
    let current = hops(5);
    const stock = await stocked(wire, [{ id: 'one', link: `${storage.named}/${file}` }]);
    expect(await stock.download()).toMatchObject({ code: 0, err: '' });
    expectOneFile(stock, wire);
    current = hops(6);
    const { code, err } = await stock.download('--overwrite');
    expect(code).toBe(3);
    expect(err).toMatch(/one: .*redirected more than 5 times/);
    expect(storage.requests).toHaveLength(12);
    expectOneFile(stock, wire);
  });

  test('that redirects in a loop fails', async () => {
    const stock = await stocked(wire, [
      { id: 'one', media: (request, response) => redirect(request.url.pathname)(request, response) },
    ]);
    const { code, err } = await stock.download();
    expect(code).toBe(3);
    expect(err).toMatch(/one: .*redirected/);
    expect(stock.media.length).toBeLessThanOrEqual(6);
    expectKept(stock.out, {});
  });
});

describe.concurrent.each(wires.filter((wire) => !buildsLinks(wire)))('a media link of $profile', (wire) => {
  const file = `one.${nativeOf(wire)}`;

  test('to another port of the same machine is requested without credentials', async () => {
    const storage = await serve(foreign(wholeOf(wire)));
    const stock = await stocked(wire, [{ id: 'one', link: `${storage.origin}/${file}` }]);
    expect(await stock.download()).toMatchObject({ code: 0, err: '' });
    expectAnonymous(storage);
    expectOneFile(stock, wire);
  });
});

import { describe, expect, test } from 'vitest';
import { sandboxApis } from '../../../src/sandbox/server.ts';
import {
  buildsMediaUrls,
  expectFiles,
  type MediaAccount,
  mediaPath,
  nativeFile,
  nativeFormat,
  nativeMedia,
  openMediaAccount,
  withExtensions,
} from '../../support/media-account.ts';
import {
  inSequence,
  type MediaServer,
  redirect,
  rejectingCredentials,
  requiringCredentials,
  startMediaServer,
} from '../../support/media-faults.ts';
import { SIGNATURE } from '../../support/run.ts';
import { type WireFormat, wireFormats } from '../../support/wire-formats.ts';

const loginOf = ({ provider }: WireFormat): string => {
  const login = sandboxApis.find((api) => api.provider === provider)?.basicAuth ?? [];
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

const expectOneFile = (account: MediaAccount, wire: WireFormat): void =>
  expectFiles(account.out, withExtensions(wire, { one: nativeFile(wire) }));

describe.concurrent.each(wireFormats)('media of $profile', (wire) => {
  const file = `one.${nativeFormat(wire)}`;

  test('on another host is requested without any header that identifies the account', async () => {
    const storage = await startMediaServer(rejectingCredentials(nativeMedia(wire)));
    const account = await openMediaAccount(wire, [
      { id: 'one', link: `${storage.originByName}/${file}?X-Amz-Signature=${SIGNATURE}` },
    ]);
    expect(await account.download()).toMatchObject({ code: 0, out: '', err: '' });
    expectOneFile(account, wire);
    expect(storage.requests.map(({ method, url }) => `${method} ${url.pathname}`)).toEqual([`GET /${file}`]);
    expectAnonymous(storage);
    expect(account.mediaRequests).toHaveLength(0);
  });

  test('on another host that demands credentials is requested without credentials', async () => {
    const storage = await startMediaServer(requiringCredentials('Basic none', nativeMedia(wire)));
    const account = await openMediaAccount(wire, [{ id: 'one', link: `${storage.originByName}/${file}` }]);
    const { code, err } = await account.download();
    expect(code).toBe(3);
    expect(err).toMatch(/one: .*401/);
    expect(storage.requests.length).toBeLessThanOrEqual(2);
    expectAnonymous(storage);
    expectFiles(account.out, {});
  });

  test('that demands credentials is requested with them, and a redirect to another host is followed without them', async () => {
    const storage = await startMediaServer(rejectingCredentials(nativeMedia(wire)));
    const account = await openMediaAccount(wire, [
      {
        id: 'one',
        media: requiringCredentials(loginOf(wire), redirect(`${storage.origin}/${file}?X-Amz-Signature=${SIGNATURE}`)),
      },
    ]);
    const { code, err } = await account.download();
    if (wire.profile === 'video') {
      // Links of this API are signed and need no credentials.
      expect(code).toBe(3);
      expectAnonymous({ requests: account.mediaRequests });
      expect(storage.requests).toHaveLength(0);
      return;
    }
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(account.mediaRequests.map(({ headers }) => headers.authorization)).toEqual([undefined, loginOf(wire)]);
    expect(storage.requests).toHaveLength(1);
    expectAnonymous(storage);
    expectOneFile(account, wire);
  });

  test('redirected to another host and back is requested without credentials', async () => {
    const storage = await startMediaServer(
      rejectingCredentials((request, response) => redirect(`${back}?again`)(request, response)),
    );
    const account = await openMediaAccount(wire, [
      {
        id: 'one',
        media: (request, response) =>
          (request.url.search === '?again'
            ? requiringCredentials(loginOf(wire), nativeMedia(wire))
            : redirect(`${storage.origin}/${file}`))(request, response),
      },
    ]);
    const back = `${account.sandbox.origin}${mediaPath(wire, 'one')}`;
    const { code } = await account.download();
    expect(code).toBe(3);
    expect(storage.requests.length).toBeGreaterThan(0);
    const returned = account.mediaRequests.filter(({ url }) => url.search === '?again');
    expect(returned.length).toBeGreaterThan(0);
    expectAnonymous({ requests: returned });
    expectAnonymous(storage);
    expectFiles(account.out, {});
  });

  test('is fetched over five redirects, relative or absolute, and not over six', async () => {
    const hops = (count: number) => {
      const steps = Array.from({ length: count }, (_, index) =>
        redirect(
          index % 2 === 0 ? `/${index}/${file}` : `//${storage.origin.slice('http://'.length)}/${index}`,
          [301, 302, 303, 307, 308][index % 5],
        ),
      );
      return inSequence(steps[0] ?? nativeMedia(wire), ...steps.slice(1), nativeMedia(wire));
    };
    const storage: MediaServer = await startMediaServer((request, response) => current(request, response));
    let current = hops(5);
    const account = await openMediaAccount(wire, [{ id: 'one', link: `${storage.originByName}/${file}` }]);
    expect(await account.download()).toMatchObject({ code: 0, err: '' });
    expectOneFile(account, wire);
    current = hops(6);
    const { code, err } = await account.download('--overwrite');
    expect(code).toBe(3);
    expect(err).toMatch(/one: .*redirected more than 5 times/);
    expect(storage.requests).toHaveLength(12);
    expectOneFile(account, wire);
  });

  test('that redirects in a loop fails', async () => {
    const account = await openMediaAccount(wire, [
      { id: 'one', media: (request, response) => redirect(request.url.pathname)(request, response) },
    ]);
    const { code, err } = await account.download();
    expect(code).toBe(3);
    expect(err).toMatch(/one: .*redirected/);
    expect(account.mediaRequests.length).toBeLessThanOrEqual(6);
    expectFiles(account.out, {});
  });
});

describe.concurrent.each(wireFormats.filter((wire) => !buildsMediaUrls(wire)))('a media link of $profile', (wire) => {
  const file = `one.${nativeFormat(wire)}`;

  test('to another port of the same machine is requested without credentials', async () => {
    const storage = await startMediaServer(rejectingCredentials(nativeMedia(wire)));
    const account = await openMediaAccount(wire, [{ id: 'one', link: `${storage.origin}/${file}` }]);
    expect(await account.download()).toMatchObject({ code: 0, err: '' });
    expectAnonymous(storage);
    expectOneFile(account, wire);
  });
});

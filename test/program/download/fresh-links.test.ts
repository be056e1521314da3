import { expect, test } from 'vitest';
import { expectFiles, mediaPath, nativeFile, openMediaAccount, withExtensions } from '../../support/media-account.ts';
import { relay, video } from '../../support/wire-formats.ts';

test('a media link that expires is renewed right before it is requested, and a permanent link is requested as listed', async () => {
  for (const wire of [video, relay]) {
    const account = await openMediaAccount(wire, [{ id: 'one' }]);
    expect(await account.download()).toMatchObject({ code: 0, err: '' });
    const paths = account.sandbox.requests.map(({ url }) => url.pathname);
    const fresh = wire === video ? [wire.recordingPath('one')] : [];
    expect(paths).toEqual([wire.listPath, ...fresh, mediaPath(wire, 'one')]);
    expectFiles(account.out, withExtensions(wire, { one: nativeFile(wire) }));
  }
});

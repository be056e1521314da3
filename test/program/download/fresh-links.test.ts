import { expect, test } from 'vitest';
import { expectKept, fileOf, kept, mediaPath, stocked } from '../../support/stock.ts';
import { relay, video } from '../../support/wires.ts';

test('a media link that expires is renewed right before it is requested, and a permanent link is requested as listed', async () => {
  for (const wire of [video, relay]) {
    const stock = await stocked(wire, [{ id: 'one' }]);
    expect(await stock.download()).toMatchObject({ code: 0, err: '' });
    const paths = stock.sandbox.requests.map(({ url }) => url.pathname);
    const fresh = wire === video ? [wire.one('one')] : [];
    expect(paths).toEqual([wire.list, ...fresh, mediaPath(wire, 'one')]);
    expectKept(stock.out, kept(wire, { one: fileOf(wire) }));
  }
});

import { expect, test } from 'vitest';
import { relayRelated } from '../../../src/sandbox/signalwire-relay.ts';
import { homeWith } from '../../support/home.ts';

/* It is not documented whether the log of a call has the id of the leg that a Relay recording names. */
test.each([
  [['--with-calls', '--limit', '60']],
  [['--from', '+12025550101']],
  [['--to', '+13125550111,+13125550121']],
  [['--direction', 'inbound', '--limit', '7']],
  [['--fields', 'id,from,to,dialed_to', '--since', '9d']],
])('list %j has the same rows of Relay whatever the ids of its logs are', async (words) => {
  const now = Date.now();
  const rowsWith = async (ids: 'legs' | 'segments'): Promise<readonly string[]> => {
    const home = await homeWith({ now: () => now, related: { 'signalwire/relay': relayRelated(now, ids) } });
    const { out } = await home.run(['list', '-p', 'relay', '-o', 'ndjson', ...words]);
    const eventRequests = home.sandbox.requests.filter(({ url }) => url.pathname.endsWith('/events')).length;
    expect(eventRequests > 0).toBe(ids === 'segments');
    return out.trim().split('\n');
  };
  const rows = await rowsWith('legs');
  expect(rows.length).toBeGreaterThan(5);
  expect(rows.some((row) => row.includes('"from":"+'))).toBe(true);
  expect(await rowsWith('segments')).toEqual(rows);
});

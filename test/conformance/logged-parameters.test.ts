import { describe, expect, test } from 'vitest';
import type { ApiDefinition } from '../../src/core/provider.ts';
import type { Query } from '../../src/core/query.ts';
import { DAY } from '../../src/core/time/duration.ts';
import { listAll, openOnSandbox, registry, sandboxApiOf } from '../support/open-provider.ts';

/** Parameters of links whose values the log must not show: a page token may be as good as a key. */
const hidden = ['page_token', 'PageToken'];

/** Ids in the form that the API documents. */
const idsOf = ({ vendor: { name } }: ApiDefinition): Query => {
  const id = (letters: string): string =>
    name === 'twilio' ? `${letters}${'0'.repeat(32)}` : '00000000-0000-4000-8000-000000000000';
  return { call: [id('CA')], conference: [id('CF')], roomSession: [id('RM')] };
};

describe.each(registry)('the log of %s', (_, definition) => {
  const { now } = sandboxApiOf(definition).answerKey;
  const bound: Query = definition.serverFilters.includes('since')
    ? { since: new Date(now - 20 * DAY).toISOString() }
    : {};
  const values: Query = {
    until: new Date(now).toISOString(),
    ...idsOf(definition),
    from: ['+12025550101'],
    to: ['+13125550100'],
    subaccount: ['some-subaccount'],
  };
  /** One query with each filter that the API applies, and one that reads several pages. */
  const queries: readonly Query[] = [
    { ...bound, maxRows: 10, needsMediaLinks: true },
    ...definition.serverFilters.filter((key) => key in values).map((key) => ({ ...bound, [key]: values[key] })),
    { ...bound, status: ['deleted'] },
  ];

  test('shows the value of every parameter that the adapter sends, and hides all others', async () => {
    const { provider, sandbox, notes } = await openOnSandbox(definition);
    for (const query of queries) await listAll(provider, query);
    await provider.find('some-id', true);
    const range = { since: bound.since ?? new Date(now - 20 * DAY).toISOString(), until: new Date(now).toISOString() };
    for (const { filters, pages, find } of provider.calls ?? []) {
      const call = idsOf(definition).call?.[0];
      const filtered = filters.map((key) => ({ ...range, [key]: key === 'parent' ? call : '+12025550101' }));
      for (const request of [range, ...filtered]) for await (const _ of pages(request));
      await find?.('some-id');
    }
    const sent = new Set<string>();
    for (const { url } of sandbox.requests) {
      const parameters = [...url.searchParams].map(([key, value]) => {
        sent.add(key);
        if (!definition.loggedParameters.includes(key)) expect(hidden).toContain(key);
        return `${key}=${hidden.includes(key) ? '…' : value}`;
      });
      const query = parameters.length === 0 ? '' : `?${parameters.join('&')}`;
      expect(notes).toContainEqual(expect.stringContaining(`GET ${url.host}${url.pathname}${query}: `));
    }
    expect(definition.loggedParameters.filter((key) => !sent.has(key))).toEqual([]);
    expect(definition.loggedParameters.filter((key) => /token|key|cursor|sign|secret/i.test(key))).toEqual([]);
  });
});

import { describe, expect, test } from 'vitest';
import { isRow } from '../../src/core/fields.ts';
import { type FilterKey, filterKeys, filters, keeper, type Query } from '../../src/core/query.ts';
import type { Recording } from '../../src/core/recording.ts';
import { DAY } from '../../src/core/time.ts';
import { definitions } from '../../src/providers/index.ts';
import type { Entry, Reply } from '../../src/sandbox/api.ts';
import { asJson, endingOf, listed, open, playedBy } from './opened.ts';

/** A value for each filter that some of the recordings match and some do not, as far as they say anything. */
const wanted: { readonly [Key in FilterKey]: (rows: readonly Recording[]) => Query[Key] | null | undefined } = {
  since: (rows) => rows[40]?.createdAt,
  until: (rows) => rows[100]?.createdAt,
  call: (rows) => said(rows, 'callId'),
  conference: (rows) => said(rows, 'conferenceName') ?? said(rows, 'conferenceId'),
  roomSession: (rows) => said(rows, 'roomSessionId'),
  from: (rows) => said(rows, 'from'),
  to: (rows) => said(rows, 'to'),
  status: () => 'completed',
  kind: (rows) => said(rows, 'kind'),
  minDuration: (rows) => said(rows, 'durationSeconds'),
  maxDuration: (rows) => said(rows, 'durationSeconds'),
};

const said = <Key extends keyof Recording>(rows: readonly Recording[], key: Key): Recording[Key] | undefined =>
  rows.find((row, index) => index > 5 && row[key] !== null)?.[key];

describe.each(definitions.map((definition) => [`${definition.family.name} ${definition.api}`, definition] as const))(
  '%s',
  (_, definition) => {
    const played = playedBy(definition);
    const samples = played.samples(played.answerKey.now, 'http://sandbox');

    test('lists every recording once, newest first', async () => {
      const { provider } = await open(definition);
      const rows = await listed(provider);
      expect(rows.map(({ id }) => id)).toEqual(samples.map(({ id }) => id));
      const times = rows.map(({ createdAt }) => createdAt ?? '');
      expect(times).toEqual([...times].sort().reverse());
      expect(rows.length).toBeGreaterThanOrEqual(120);
    });

    test('lists a hundred days and more, with and without a bound', async () => {
      const entries = [0, 41, 82].flatMap((days) =>
        played.samples(played.answerKey.now - days * DAY, 'http://sandbox').map((entry) => {
          const id = `${entry.id}-${days}`;
          return { ...entry, id, row: { ...entry.row, [played.idKey]: id } };
        }),
      );
      const stored = { entries: { [`${played.provider}/${played.api}`]: entries } };
      const bound = new Date(played.answerKey.now - 100 * DAY).toISOString();
      const all = await listed((await open(definition, stored)).provider);
      expect(all.map(({ id }) => id)).toEqual(entries.map(({ id }) => id));
      const recent = await listed((await open(definition, stored)).provider, { since: bound });
      expect(recent.map(({ id }) => id)).toEqual(all.filter(keeper({ since: bound })).map(({ id }) => id));
      expect(recent.length).toBeGreaterThan(300);
    });

    test('asks once for one recording', async () => {
      const { provider, sandbox } = await open(definition);
      expect(await listed(provider, { atMost: 1 }, 1)).toHaveLength(1);
      expect(sandbox.requests).toHaveLength(1);
    });

    test('says of the newest recording what its answer key says', async () => {
      const { provider, sandbox } = await open(definition);
      const [newest] = await listed(provider, {}, 1);
      expect(newest && asJson(newest)).toEqual(played.answerKey.expected(sandbox.origin));
      expect(newest?.raw).toMatchObject({ [played.idKey]: newest?.id });
    });

    test.each(filterKeys)('filters by %s as a full scan does', async (key) => {
      let served = 0;
      const counted = {
        alter: (reply: Reply): Reply => {
          const rows = isRow(reply.body) ? reply.body[played.rowsKey] : [];
          served += Array.isArray(rows) ? rows.length : 0;
          return reply;
        },
      };
      const { provider } = await open(definition, counted);
      const everything = await listed(provider);
      const full = served;
      const value = wanted[key](everything);
      if (value === null || value === undefined) {
        expect(definition.silent).toContain(key);
        return;
      }
      expect(definition.silent).not.toContain(key);
      const query: Query = { [key]: value };
      const scanned = everything.filter(keeper(query));
      expect(scanned.length, filters[key].flag).toBeGreaterThan(0);
      // Another client, so that neither waits for the other's rate limit.
      const again = await open(definition, counted);
      expect((await listed(again.provider, query)).map(({ id }) => id)).toEqual(scanned.map(({ id }) => id));
      if (definition.narrows.includes(key)) expect(served - full).toBeLessThan(full);
    });

    test('gives one recording for a limit of one, whatever the filters', async () => {
      const { provider, sandbox } = await open(definition);
      const everything = await listed(provider);
      const before = sandbox.requests.length;
      for (const query of [
        { until: everything[60]?.createdAt ?? '' },
        { from: '12025550101' },
        { kind: 'call' } as const,
      ]) {
        const again = await open(definition);
        const found = await listed(again.provider, { ...query, atMost: 1 }, 1);
        expect(found.map(({ id }) => id)).toEqual(
          everything
            .filter(keeper(query))
            .slice(0, 1)
            .map(({ id }) => id),
        );
        expect(again.sandbox.requests.length).toBeLessThanOrEqual(before);
      }
    });

    test('finds what it lists, and nothing else', async () => {
      const { provider, sandbox } = await open(definition);
      const rows = await listed(provider);
      for (const row of rows.filter((_row, index) => index % 20 === 0)) {
        const found = await provider.find(row.id);
        expect(found && asJson(found)).toEqual(asJson(row));
      }
      expect(await provider.find('00000000-0000-4000-8000-000000000000')).toBeUndefined();
      const before = sandbox.requests.length;
      for (const id of ['', '.', '..']) expect(await provider.find(id)).toBeUndefined();
      expect(sandbox.requests).toHaveLength(before);
    });

    test('keeps an id in its place of the path', async () => {
      const { provider, sandbox } = await open(definition);
      for (const id of ['../../x', 'a/b', 'a?b=c#d', 'ü', '%2e%2e']) expect(await provider.find(id)).toBeUndefined();
      const paths = sandbox.requests.map(({ url }) => url.pathname.replace(/[^/]*\/?$/, ''));
      expect(new Set(paths)).toEqual(new Set([`${played.listPath.replace(/\/$/, '')}/`]));
      expect(sandbox.requests.every(({ url }) => url.search === '')).toBe(true);
    });

    test('is refused with a wrong secret', async () => {
      const { provider, sandbox } = await open(definition, { password: 'wrong' });
      expect(await endingOf(listed(provider))).toBe('credentials');
      expect(await endingOf(provider.find('x'))).toBe('credentials');
      expect(sandbox.requests).toHaveLength(2);
    });

    test('asks again after one 503', async () => {
      const { provider, sandbox } = await open(definition, {
        alter: (reply, _request, count) => (count === 1 ? { status: 503, body: '' } : reply),
      });
      expect(await listed(provider, {}, 1)).toHaveLength(1);
      expect(sandbox.requests).toHaveLength(2);
    });

    test.each([
      ['a login page', '<html>Please log in</html>', 'text/html'],
      ['nothing', '', 'application/json'],
      ['an empty object', '{}', 'application/json'],
      ['an empty list', '[]', 'application/json'],
      ['null', 'null', 'application/json'],
      ['an error', '{"error":"later"}', 'application/json'],
      ['half of a list', '{"data":[{"id":"1"},', 'application/json'],
    ])('calls %s unreadable', async (_name, body, type) => {
      const { provider } = await open(definition, { alter: () => ({ status: 200, body, type }) });
      expect(await endingOf(listed(provider))).toBe('unavailable');
      expect(await endingOf(provider.find('x'))).toBe('unavailable');
    });

    test.each([
      ['another origin', 'http://127.0.0.2:9/next', 'unsafe'],
      ['another origin without a scheme', '//127.0.0.2:9/next', 'unsafe'],
      ['another scheme', 'https://127.0.0.1/next', 'unsafe'],
      ['a user name', 'http://user@127.0.0.1/next', 'unsafe'],
      ['a number', 42, 'unavailable'],
      ['an object', {}, 'unavailable'],
      ['no address', 'http://[', 'unavailable'],
    ])('does not follow a next page that is %s', async (_name, next, ending) => {
      const { provider, sandbox } = await open(definition, {
        alter: (reply) => ({ ...reply, body: played.relinked(reply.body, next) }),
      });
      expect(await endingOf(listed(provider))).toBe(ending);
      expect(sandbox.requests).toHaveLength(1);
    });

    test('follows absolute links as it does relative ones', async () => {
      const { provider } = await open(definition, {
        alter: (reply, { url }) => {
          const text = JSON.stringify(reply.body);
          return { ...reply, body: JSON.parse(text.replace(/"(next|next_page_uri)":"\//g, `"$1":"${url.origin}/`)) };
        },
      });
      const rows = await listed(provider, { atMost: 50 });
      expect(rows.map(({ id }) => id)).toEqual(samples.map(({ id }) => id));
    });

    test('notices a next page that is the same page', async () => {
      const { provider, sandbox } = await open(definition, {
        alter: (reply, { url }) => ({ ...reply, body: played.relinked(reply.body, url.pathname + url.search) }),
      });
      expect(await endingOf(listed(provider))).toBe('unavailable');
      expect(sandbox.requests.length).toBeLessThanOrEqual(4);
    });

    test('goes on after an empty page that has a next one', async () => {
      const { provider } = await open(definition, {
        alter: (reply, _request, count) =>
          count === 1 && isRow(reply.body) ? { ...reply, body: { ...reply.body, [played.rowsKey]: [] } } : reply,
      });
      const rows = await listed(provider, { atMost: 10 });
      const ids = new Set(rows.map(({ id }) => id));
      expect(samples.slice(50).filter(({ id }) => !ids.has(id))).toEqual([]);
    });

    test.each([
      ['come', (entries: Entry[]) => entries.unshift(...later(entries, 3))],
      ['go', (entries: Entry[]) => entries.splice(2, 3)],
      ['go at the border of a page', (entries: Entry[]) => [...entries.splice(47, 4), ...entries.splice(17, 4)]],
      ['come and go', (entries: Entry[]) => entries.splice(0, 5, ...later(entries, 2))],
    ])('loses and doubles nothing when recordings %s while it reads', async (_name, change) => {
      const entries = [...samples];
      const { provider } = await open(definition, {
        entries: { [`${played.provider}/${played.api}`]: entries },
        alter: (reply, _request, count) => {
          if (count === 1 || count === 3) change(entries);
          return reply;
        },
      });
      const ids = (await listed(provider, { atMost: 15 })).map(({ id }) => id);
      expect(new Set(ids).size).toBe(ids.length);
      expect(entries.filter(({ id, at }) => !ids.includes(id) && at <= (samples[0]?.at ?? 0))).toEqual([]);
    });

    /** Entries newer than the first. */
    const later = (entries: readonly Entry[], count: number): readonly Entry[] =>
      Array.from({ length: count }, (_, index) => {
        const id = `later-${entries.length}-${index}`;
        return { id, at: (samples[0]?.at ?? 0) + 1000, row: { ...samples[0]?.row, [played.idKey]: id } };
      });

    test.each([null, '', {}, [], true, -1, 1e300, 'x', '\u0000\u001b[2J', ['x'], { y: 1 }])(
      'keeps a row whatever field is %j',
      async (odd) => {
        const row = samples[0]?.row ?? {};
        const keys = Object.keys(row).filter((key) => key !== played.idKey);
        const entries = keys.map((key, index) => ({
          id: `row-${index}`,
          at: (samples[0]?.at ?? 0) - index,
          row: { ...row, [key]: odd, [played.idKey]: `row-${index}` },
        }));
        const { provider } = await open(definition, { entries: { [`${played.provider}/${played.api}`]: entries } });
        expect((await listed(provider)).map(({ id }) => id)).toEqual(entries.map(({ id }) => id));
      },
    );

    test('says nothing that an empty row does not say', async () => {
      const entries = [{ id: 'bare', at: samples[0]?.at ?? 0, row: { [played.idKey]: 'bare' } }];
      const { provider } = await open(definition, { entries: { [`${played.provider}/${played.api}`]: entries } });
      const [row] = await listed(provider);
      const {
        raw,
        id,
        provider: name,
        api,
        profile,
        kind,
        status,
        formats,
        encrypted,
        mediaUrl,
        ...rest
      } = row ?? unlisted();
      expect([id, name, api, profile, encrypted]).toEqual(['bare', played.provider, played.api, 'key', false]);
      expect(new Set(Object.values(rest))).toEqual(new Set([null]));
      expect({ kind, status, formats }).toEqual(played.bare);
      expect(mediaUrl === null).toBe(formats.length === 0);
      expect(raw).toEqual({ [played.idKey]: 'bare' });
    });

    test('counts rows that have no id', async () => {
      const at = samples[0]?.at ?? 0;
      const rows = [{ [played.idKey]: 'good' }, { other: 1 }, { [played.idKey]: null }, { [played.idKey]: {} }];
      const entries = rows.map((row, index) => ({ id: String(index), at, row }));
      const { provider } = await open(definition, { entries: { [`${played.provider}/${played.api}`]: entries } });
      const page = await provider.pages({})[Symbol.asyncIterator]().next();
      expect(page.value).toMatchObject({ unreadable: 3, recordings: [{ id: 'good' }] });
    });
  },
);

const unlisted = (): never => {
  throw new Error('nothing was listed');
};

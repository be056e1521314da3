import fc from 'fast-check';
import { isRow, type Row } from '../../../src/core/decode.ts';
import { sandboxApis } from '../../../src/sandbox/server.ts';
import type { WireFormat } from '../wire-formats.ts';
import { isDeep, type LinkName, oddIds, oddKeys, oddLinks, oddValues, parsedText, wireText } from './odd-values.ts';

/** The time of every run. It is in the month of Plivo's first recordings, so that recx queries one window only. */
export const NOW = Date.UTC(2011, 0, 20, 12, 34, 56);

/** Rows on a page. */
export const PAGE_SIZE = 3;

/** What of a wire format makes a list, of recordings or of calls. */
export interface ListFormat extends Pick<WireFormat, 'name' | 'provider' | 'listPath' | 'row' | 'page'> {
  readonly keys: { readonly id: string };
  /** The key of the rows of a page, and the name of the list in the sandbox, if they are not recordings. */
  readonly rowsKey?: string;
  readonly related?: string;
}

/** A key with another value; undefined removes the key. */
type Change = readonly [key: string, value: unknown];

/** One entry of a list: a usual row with changes, a copy of an earlier entry, or any value. */
type Entry = { readonly changes: readonly Change[] } | { readonly copyOf: number } | { readonly odd: unknown };

/** A malformed list of an API. */
export interface ListPlan {
  readonly entries: readonly Entry[];
  /** For each page, by the path of a key, such as `links.next`. */
  readonly envelopes: readonly (readonly Change[])[];
  /** Whether the links name the last row of their page. */
  readonly named: boolean;
}

/** A list as its server sends it. */
export interface ServedList {
  /** The JSON of a page, or undefined if the URL is not a page. */
  page(url: URL): string | undefined;
  /** The parsed rows of a page; none if it has no list of rows. */
  rowsOf(url: URL): readonly unknown[];
  /** Whether Plivo's envelope declares the page as the last. */
  ends(url: URL): boolean;
  /** The JSON of the first entry alone, and its parsed value. */
  readonly first: { readonly text: string; readonly parsed: unknown };
  /** Whether a row is nested too deeply to be serialised. */
  readonly deep: boolean;
}

const absent = fc.constant(undefined);

const entries = (wire: ListFormat): fc.Arbitrary<Entry> => {
  const usual = Object.keys(Object.assign({}, ...usualRows(wire)));
  const key = fc.oneof({ weight: 6, arbitrary: fc.constantFrom(...usual) }, { weight: 1, arbitrary: oddKeys });
  const change = fc.oneof(
    {
      weight: 8,
      arbitrary: fc.tuple(key, fc.oneof({ weight: 5, arbitrary: oddValues }, { weight: 1, arbitrary: absent })),
    },
    { weight: 1, arbitrary: fc.tuple(fc.constant(wire.keys.id), oddIds) },
  );
  return fc.oneof(
    { weight: 12, arbitrary: fc.array(change, { maxLength: 4 }).map((changes) => ({ changes })) },
    { weight: 1, arbitrary: fc.nat({ max: 9 }).map((copyOf) => ({ copyOf })) },
    { weight: 1, arbitrary: oddValues.map((odd) => ({ odd })) },
  );
};

const amounts = fc.oneof(oddValues, fc.constantFrom<unknown>(0, -1, 1, 2, 3, 5, 20, 1e6, 1e15, 9_007_199_254_740_991));

/** The paths of the rows, the link and the other keys in an API's envelope. */
export const envelopePaths = ({ provider, name, rowsKey = 'recordings' }: ListFormat) => {
  if (provider === 'plivo') return { rows: 'objects', link: 'meta.next', parent: 'meta' };
  if (/^signalwire\/(?:relay|video)/.test(name)) {
    return { rows: 'data', link: 'links.next', parent: 'links' };
  }
  return { rows: rowsKey, link: 'next_page_uri', parent: 'page' };
};

const envelope = (wire: ListFormat): fc.Arbitrary<readonly Change[]> => {
  const { rows, link, parent } = envelopePaths(wire);
  const counts = ['meta.limit', 'meta.offset', 'meta.total_count', 'page_size', 'page', 'links.self'];
  const change = fc.oneof(
    { weight: 6, arbitrary: fc.tuple(fc.constant(link), fc.oneof(oddLinks, absent)) },
    { weight: 4, arbitrary: fc.tuple(fc.constantFrom(...counts), fc.oneof(amounts, absent)) },
    { weight: 2, arbitrary: fc.tuple(fc.constant(parent), fc.oneof(oddValues, absent)) },
    { weight: 1, arbitrary: fc.tuple(fc.constant(rows), fc.oneof(oddValues, fc.array(oddValues), absent)) },
    { weight: 1, arbitrary: fc.tuple(oddKeys, oddValues) },
  );
  return fc.array(change, { maxLength: 2 });
};

/** Malformed rows in a correct envelope. */
export const malformedRows = (wire: ListFormat): fc.Arbitrary<ListPlan> =>
  fc.record({
    entries: fc.array(entries(wire), { minLength: 1, maxLength: PAGE_SIZE * 3, size: 'max' }),
    envelopes: fc.constant([]),
    named: fc.boolean(),
  });

/** Malformed rows in malformed envelopes. */
export const malformedPages = (wire: ListFormat): fc.Arbitrary<ListPlan> =>
  fc.record({
    entries: fc.array(entries(wire), { minLength: 1, maxLength: PAGE_SIZE * 3, size: 'max' }),
    envelopes: fc.array(envelope(wire), { minLength: 1, maxLength: 3 }),
    named: fc.boolean(),
  });

/** Usual rows; every other row is a sample of the sandbox, which has more keys. */
const usualRows = (wire: ListFormat): readonly Row[] => {
  const known = usualOf.get(wire.name);
  if (known !== undefined) return known;
  const { related } = wire;
  const sandboxApi = sandboxApis.find(({ provider, api }) =>
    [`${provider}/${api}`, `${provider}/${api}/${related}`].includes(wire.name),
  );
  const samples =
    related === undefined
      ? (sandboxApi?.samples(NOW, 'https://media.example.test') ?? [])
      : (sandboxApi?.related?.(NOW)[related] ?? []);
  const rows = Array.from({ length: PAGE_SIZE * 3 }, (_, index) => {
    const own = wire.row(`RE${String(index).padStart(32, '0')}`, {}, NOW - index * 1000);
    return index % 2 === 0 ? own : (samples[index]?.row ?? own);
  });
  usualOf.set(wire.name, rows);
  return rows;
};
const usualOf = new Map<string, readonly Row[]>();

/** A copy in which the key at a path has another value. */
const changed = (value: unknown, path: readonly string[], to: unknown): unknown => {
  const [key = '', ...rest] = path;
  const row = isRow(value) ? value : {};
  return { ...row, [key]: rest.length === 0 ? to : changed(row[key], rest, to) };
};

export const serveList = (wire: ListFormat, plan: ListPlan): ServedList => {
  const usual = usualRows(wire);
  const rows: unknown[] = [];
  for (const [index, entry] of plan.entries.entries()) {
    if ('odd' in entry) rows.push(entry.odd);
    else if ('copyOf' in entry) rows.push(rows[entry.copyOf] ?? usual[index]);
    else rows.push(entry.changes.reduce<unknown>((row, [key, value]) => changed(row, [key], value), usual[index]));
  }
  const placeOf = ({ searchParams }: URL): number => {
    const place = searchParams.get(wire.provider === 'plivo' ? 'offset' : 'Place') ?? '0';
    return /^\d{1,9}$/.test(place) ? Number(place) : 0;
  };
  const link = (place: number): string => {
    const last = rows[place - 1];
    const id = isRow(last) ? last[wire.keys.id] : undefined;
    const after = plan.named && typeof id === 'string' ? `&After=${encodeURIComponent(id.toWellFormed())}` : '';
    if (wire.provider === 'plivo') return `${wire.listPath}?limit=${PAGE_SIZE}&offset=${place}`;
    return `${wire.listPath}?Place=${place}${after}`;
  };
  const linkOf = (url: URL) => (name: LinkName) => {
    const place = placeOf(url);
    const made: Readonly<Record<LinkName, string>> = {
      self: url.href,
      first: link(0),
      back: link(Math.max(0, place - PAGE_SIZE)),
      far: link(place + 1_000_000),
      fragment: '#more',
      stranger: 'https://stranger.test/next?token=x',
      'relative-stranger': '//stranger.test/next',
      login: url.href.replace('://', '://user:word@'),
      lost: '/nowhere',
    };
    return made[name];
  };
  const bodyOf = (url: URL): unknown => {
    const place = placeOf(url);
    const more = place + PAGE_SIZE < rows.length;
    const page = wire.page(rows.slice(place, place + PAGE_SIZE), more ? link(place + PAGE_SIZE) : null);
    const counted = isRow(page.meta)
      ? { ...page, meta: { ...page.meta, limit: PAGE_SIZE, offset: place, total_count: rows.length } }
      : page;
    const changes = plan.envelopes[Math.floor(place / PAGE_SIZE)] ?? [];
    return changes.reduce<unknown>((body, [key, value]) => changed(body, key.split('.'), value), counted);
  };
  const nowhere = (): string => '';
  const known = new Map<string, unknown>();
  /** The parsed body of a page; the same value for repeated requests. */
  const meaningAt = (url: URL): unknown => {
    const body: unknown = known.has(url.href) ? known.get(url.href) : JSON.parse(parsedText(bodyOf(url), linkOf(url)));
    known.set(url.href, body);
    return body;
  };
  return {
    page: (url) => (url.pathname === wire.listPath ? wireText(bodyOf(url), linkOf(url)) : undefined),
    rowsOf: (url) => {
      const body = meaningAt(url);
      const given = isRow(body) ? body[envelopePaths(wire).rows] : undefined;
      return Array.isArray(given) ? given : [];
    },
    ends: (url) => {
      const body = meaningAt(url);
      const meta = isRow(body) ? (body.meta ?? {}) : undefined;
      return isRow(meta) && (meta.next ?? '') === '';
    },
    first: { text: wireText(rows[0], nowhere), parsed: JSON.parse(parsedText(rows[0], nowhere)) },
    deep: isDeep(plan),
  };
};

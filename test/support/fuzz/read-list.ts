import { columns, mediaUrlColumn, rawColumn } from '../../../src/core/columns.ts';
import { Failure } from '../../../src/core/failure.ts';
import { listMatching, singleBatch } from '../../../src/core/listing.ts';
import type { ApiClient, ApiResponse } from '../../../src/core/provider.ts';
import type { Recording } from '../../../src/core/recording.ts';
import { tableColumns } from '../../../src/core/table/table-columns.ts';
import { parseJson } from '../../../src/core/text/lossless-json.ts';
import type { View } from '../../../src/core/view.ts';
import { type FormatName, formats } from '../../../src/formats/index.ts';
import { definitions } from '../../../src/providers/index.ts';
import { sandboxApiOf } from '../open-provider.ts';
import { plainView } from '../plain-view.ts';
import type { WireFormat } from '../wire-formats.ts';
import { type ListFormat, NOW, type ServedList } from './malformed-lists.ts';

const ORIGIN = 'https://api.test';
/** More than any list of a dozen rows needs, even if read four times in steps of one row. */
const MAX_REQUESTS = 150;

/** A list as read by an adapter and the core. */
export interface ListReading {
  readonly recordings: readonly Recording[];
  /** The messages about omitted entries. */
  readonly incomplete: readonly string[];
  /** `done`, or the kind of the failure. */
  readonly ending: string;
  /** The parsed rows that a reader reaches, page by page, up to a page that declares itself the last. */
  readonly pages: readonly (readonly unknown[])[];
}

/** Opens an API, by `provider/api`, on a list that is served; `requested` are the URLs of its pages so far. */
export const openServed = (name: string, served: ServedList) => {
  const definition = definitions.find(({ vendor, api }) => `${vendor.name}/${api}` === name);
  if (definition === undefined) throw new Error(`no adapter for ${name}`);
  const requested = new Map<string, URL>();
  let requests = 0;
  const get = async (target: string | URL): Promise<ApiResponse> => {
    if (++requests > MAX_REQUESTS) throw new Error('too many requests');
    const url = new URL(target, ORIGIN);
    if (url.origin !== ORIGIN) throw new Error(`request to a foreign origin: ${url.origin}`);
    const text = served.page(url);
    if (text === undefined) throw new Failure('unavailable', 'api.test responded with 404');
    requested.set(url.href, url);
    return { body: parseJson(text), url, described: 'api.test responded with 200 and application/json' };
  };
  const client: ApiClient = { profile: 'key', origin: ORIGIN, now: () => NOW, get, find: get, debug: () => {} };
  return { provider: definition.open(sandboxApiOf(definition).credentials, client), requested };
};

/** Reads a list through its adapter. Rethrows any error that is not a Failure. */
export const readList = async (wire: WireFormat, served: ServedList): Promise<ListReading> => {
  const { provider, requested } = openServed(wire.name, served);
  const recordings: Recording[] = [];
  const incomplete: string[] = [];
  const ending = await endingOf(async () => {
    for await (const batch of listMatching(provider, {}, (message) => incomplete.push(message)))
      recordings.push(...batch);
  });
  const pages = reachedPages(wire, served, requested);
  return { recordings, incomplete, ending, pages };
};

/** `done`, or the kind of the failure. Rethrows any error that is not a Failure. */
export const endingOf = async (read: () => Promise<void>): Promise<string> => {
  try {
    await read();
    return 'done';
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    return error.kind;
  }
};

/** The parsed rows of the pages that a reader reaches. */
export const reachedPages = (
  wire: ListFormat,
  served: ServedList,
  requested: ReadonlyMap<string, URL>,
): readonly (readonly unknown[])[] => reached(wire, served, [...requested.values()]).map(served.rowsOf);

/** The pages that a reader reaches: Plivo's pages are prefetched, even beyond the one that turns out to be the last. */
const reached = ({ provider }: ListFormat, { ends }: ServedList, requested: readonly URL[]): readonly URL[] => {
  if (provider !== 'plivo') return requested;
  const offset = ({ searchParams }: URL): number => Number(searchParams.get('offset'));
  const inOrder = [...requested].sort((one, other) => offset(one) - offset(other));
  const last = inOrder.findIndex(ends);
  return last === -1 ? inOrder : inOrder.slice(0, last + 1);
};

const listView = plainView([...columns, mediaUrlColumn], { zone: 'UTC' });

/** Recordings in a format; a table has its default columns. */
export const formatAs = async (
  name: FormatName,
  recordings: readonly Recording[],
  more: Partial<View<Recording>> & { readonly raw?: boolean } = {},
): Promise<string> => {
  const usual = name === 'table' ? tableColumns([]) : listView.columns;
  const format = await formats[name]();
  const view = { ...listView, columns: more.raw === true ? [...usual, rawColumn] : usual, ...more };
  let text = '';
  for await (const chunk of format(singleBatch(recordings), view)) text += chunk;
  return text;
};

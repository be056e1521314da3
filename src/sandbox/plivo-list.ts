import { DAY } from '../core/time/duration.ts';
import { integerParameter, type Reply, type SandboxEntry } from './api.ts';

const PAGE_SIZE = 20;
const WINDOW = 30 * DAY;
const API_ID = '5c3b2a10-0000-4000-8000-00005a4db0c5';

/** Whether an entry has what a filter asks for; undefined if the value cannot be one. */
type Condition = (entry: SandboxEntry, value: string) => boolean | undefined;

/** How one of Plivo's lists is searched. */
export interface ListRules {
  readonly path: string;
  /** The time by which it is searched and ordered, in UTC. */
  readonly timeField: string;
  readonly filters: Readonly<Record<string, Condition>>;
}

const fieldText = ({ row, hidden }: SandboxEntry, key: string): string => String(hidden?.[key] ?? row[key] ?? '');

export const equals =
  (key: string): Condition =>
  (entry, value) =>
    fieldText(entry, key) === value;

/** Equal, or the beginning of the value. */
export const startsWith =
  (key: string): Condition =>
  (entry, value) =>
    fieldText(entry, key).startsWith(value);

export const oneOfWords =
  (key: string, words: readonly string[]): Condition =>
  (entry, value) =>
    words.includes(value) ? fieldText(entry, key) === value : undefined;

/** Filters of a whole number: its key, and with `__gt` and the like. */
export const integerFilters = (key: string): Readonly<Record<string, Condition>> => {
  const compare =
    (holds: (own: number, wanted: number) => boolean): Condition =>
    (entry, value) =>
      /^\d{1,9}$/.test(value)
        ? fieldText(entry, key) !== '' && holds(Number(fieldText(entry, key)), Number(value))
        : undefined;
  return {
    [key]: compare((own, wanted) => own === wanted),
    [`${key}__gt`]: compare((own, wanted) => own > wanted),
    [`${key}__gte`]: compare((own, wanted) => own >= wanted),
    [`${key}__lt`]: compare((own, wanted) => own < wanted),
    [`${key}__lte`]: compare((own, wanted) => own <= wanted),
  };
};

/** One page of a list; the entries are the newest first. */
export const listReply = (
  parameters: URLSearchParams,
  entries: readonly SandboxEntry[],
  { path, timeField, filters }: ListRules,
  now: number,
): Reply => {
  const limit = integerParameter(parameters.get('limit'), PAGE_SIZE);
  const offset = integerParameter(parameters.get('offset'), 0);
  const known = [...Object.keys(filters), ...boundsOf(timeField), 'limit', 'offset'];
  const unknown = [...parameters.keys()].find((key) => !known.includes(key));
  if (unknown !== undefined) return badRequest(`unknown parameter ${unknown}`);
  if (limit === undefined || limit < 1 || limit > PAGE_SIZE)
    return badRequest(`limit should be between 1 and ${PAGE_SIZE}`);
  if (offset === undefined) return badRequest('offset should be a whole number');
  const window = windowOf(parameters, timeField, now);
  if (typeof window === 'string') return badRequest(window);

  const [from, to] = window;
  const asked = Object.entries(filters).filter(([name]) => parameters.has(name));
  const invalid = asked.find(([name, holds]) => holds(anyEntry, parameters.get(name) ?? '') === undefined);
  if (invalid !== undefined) return badRequest(`invalid value of ${invalid[0]}`);
  const matching = entries.filter(
    (entry) =>
      entry.at >= from &&
      entry.at < to &&
      asked.every(([name, holds]) => holds(entry, parameters.get(name) ?? '') === true),
  );
  const page = matching.slice(offset, offset + limit);
  const more = offset + limit < matching.length;
  return {
    status: 200,
    body: {
      api_id: API_ID,
      meta: {
        limit,
        // As in Plivo's samples: the link lacks the filters.
        next: more ? `${path}?limit=${limit}&offset=${offset + limit}` : null,
        offset,
        previous: offset > 0 ? `${path}?limit=${limit}&offset=${Math.max(0, offset - limit)}` : null,
        total_count: matching.length,
      },
      objects: page.map(({ row }) => row),
    },
  };
};

const anyEntry: SandboxEntry = { id: '', at: 0, row: {} };

/** One entry by its id; undefined for any other path. */
export const entryReply = (path: string, base: string, entries: readonly SandboxEntry[]): Reply | undefined => {
  const [, id] = new RegExp(`^${base}([^/]+)/$`).exec(path) ?? [];
  if (id === undefined) return undefined;
  const entry = entries.find((candidate) => candidate.id === decodeURIComponent(id));
  if (entry === undefined) return { status: 404, body: { api_id: API_ID, error: 'not found' } };
  return { status: 200, body: { api_id: API_ID, ...entry.row } };
};

const boundsOf = (field: string): readonly string[] => ['__gt', '__gte', '__lt', '__lte'].map((end) => field + end);

/** Half-open window in milliseconds, or the reason for its rejection. */
const windowOf = (parameters: URLSearchParams, field: string, now: number): readonly [number, number] | string => {
  const bounds = boundsOf(field);
  if (!bounds.some((key) => parameters.has(key))) return [now - 7 * DAY, Number.POSITIVE_INFINITY];
  const given = bounds.map((key) => (parameters.has(key) ? wireTime(parameters.get(key) ?? '') : null));
  if (given.includes(undefined)) return `${field} should have the format YYYY-MM-DD HH:MM[:ss[.uuuuuu]]`;
  const [gt, gte, lt, lte] = given;
  const from = gte ?? (gt == null ? Number.NEGATIVE_INFINITY : gt + 1);
  const to = lt ?? (lte == null ? now : lte + 1);
  return to - from > WINDOW ? `the range of ${field} should not be more than 30 days` : [from, to];
};

const wireTime = (text: string): number | undefined => {
  if (!/^\d{4}-\d\d-\d\d \d\d:\d\d(:\d\d(\.\d{1,6})?)?$/.test(text)) return undefined;
  const epoch = Date.parse(`${text.replace(' ', 'T')}Z`);
  return Number.isNaN(epoch) ? undefined : epoch;
};

const badRequest = (error: string): Reply => ({ status: 400, body: { api_id: API_ID, error } });

import {
  bytes,
  epochMilliseconds,
  instant,
  isEncrypted,
  isRow,
  milliseconds,
  oneOf,
  type Row,
  recordingId,
  text,
} from '../core/decode.ts';
import { Failure } from '../core/failure.ts';
import { mergePages } from '../core/paging/merge-pages.ts';
import { offsetPages } from '../core/paging/offset.ts';
import { findById, loggedFieldReader, pageOf, parseNextLink, rowsOf } from '../core/paging/page.ts';
import { prefetch } from '../core/paging/prefetch.ts';
import { singleLinkMedia } from '../core/paging/single-link-media.ts';
import type { ApiClient, ApiDefinition, ApiResponse, Credentials, Page, Provider, Vendor } from '../core/provider.ts';
import type { Query } from '../core/query.ts';
import { type Kind, type MediaFormat, type Recording, recording } from '../core/recording.ts';
import {
  clientFilters,
  isConferenceRequest,
  nameSpellings,
  type ServerParameter,
  type ServerRequest,
  serverRequests,
} from '../core/server-filters.ts';
import { numberSpellings } from '../core/text/phone-number.ts';
import { DAY } from '../core/time/duration.ts';
import { toInstant } from '../core/time/utc.ts';

/** The most rows Plivo puts on a page. */
const PAGE_SIZE = 20;
/** The widest window of `add_time` that Plivo accepts; without one it silently returns the last 7 days. */
const WINDOW_DAYS = 30;
export const PREFETCHED_PAGES = 8; // in flight at the same time
/** Plivo was founded in this year: no recording can be older, and a later start could miss some. */
const FIRST_INSTANT = Date.UTC(2011, 0, 1);

const vendor: Vendor = {
  name: 'plivo',
  title: 'Plivo',
  fields: [
    {
      key: 'auth_id',
      label: 'Auth ID',
      hint: 'MA or SA and 18 characters, from the Plivo console',
      form: /^(?:MA|SA)[A-Z\d]{18}$/i,
      variable: 'PLIVO_AUTH_ID',
      secret: false,
    },
    {
      key: 'auth_token',
      label: 'Auth Token',
      hint: 'from the Plivo console, next to the Auth ID',
      variable: 'PLIVO_AUTH_TOKEN',
      secret: true,
    },
  ],
  authMethods: [['auth_id', 'auth_token']],
  origin: () => 'https://api.plivo.com',
  accountId: ({ auth_id: id = '' }) => id,
  basicAuth: ({ auth_id: id = '', auth_token: token = '' }) => [id, token],
};

/** Ids have digits and no spaces, which saves requests for most names. */
const idSpellings = (value: string): readonly string[] => (/^(?=.*\d)[\w-]+$/.test(value) ? [value] : []);

const serverParameters: readonly ServerParameter[] = [
  { filter: 'call', name: 'call_uuid', field: 'callId' },
  { filter: 'from', name: 'from_number', field: 'from', spellings: numberSpellings },
  { filter: 'to', name: 'to_number', field: 'to', spellings: numberSpellings },
  { filter: 'subaccount', name: 'subaccount', field: 'accountId', isHidden: true },
  { filter: 'conference', name: 'conference_name', field: 'conferenceName', spellings: nameSpellings },
  { filter: 'conference', name: 'mpc_name', field: 'conferenceName', spellings: nameSpellings },
  { filter: 'conference', name: 'conference_uuid', field: 'conferenceId', spellings: idSpellings },
  { filter: 'conference', name: 'mpc_uuid', field: 'conferenceId', spellings: idSpellings },
];

export const plivoVoice: ApiDefinition = {
  vendor,
  api: 'voice',
  title: 'Plivo Voice recordings',
  documentationUrl: 'https://www.plivo.com/docs/voice/api/recordings',
  serverFilters: ['since', 'until', 'call', 'conference', 'from', 'to', 'subaccount'],
  serverParameters,
  unsupportedFilters: ['roomSession'],
  reports: ['from', 'to', 'conference_name'],
  kinds: ['call', 'conference'],
  formats: ['mp3', 'wav'],
  // Protected by an option of the console; the hosts of regions, such as aps1, are below the first one.
  protectedMedia: { hosts: ['media.plivo.com', '.media.plivo.com'], authSchemes: ['basic'] },
  pageSize: PAGE_SIZE,
  pageSizeParameter: 'limit',
  loggedParameters: [...serverParameters.map(({ name }) => name), 'add_time__gte', 'add_time__lt', 'limit', 'offset'],
  limitsText: `searched in windows of ${WINDOW_DAYS} days, back to --since or to 2011; 300 requests per 5 s`,
  // A little less than Plivo's 300 in 5 s, since requests do not arrive as evenly as they are sent.
  rate: { requests: 295, milliseconds: 5200 },
  open,
};

function open({ auth_id: account = '' }: Credentials, client: ApiClient): Provider {
  const base = `/v1/Account/${encodeURIComponent(account)}/Recording/`;

  async function* pages(query: Query): AsyncGenerator<Page> {
    const requests = serverRequests(query, serverParameters);
    const width = Math.max(1, Math.floor(PREFETCHED_PAGES / requests.length));
    for await (const { lists, from } of prefetch(windowLists(query, requests, width), width)) {
      yield* mergePages(lists);
      const olderThan = toInstant(from);
      if (olderThan !== undefined) yield { recordings: [], unreadable: 0, hasMore: true, olderThan };
    }
  }

  /** The lists of each window, one for each request. Their first pages are prefetched, the rest are read on demand. */
  function* windowLists(
    query: Query,
    requests: readonly ServerRequest[],
    width: number,
  ): Generator<() => Promise<{ readonly lists: readonly AsyncIterable<Page>[]; readonly from: number }>> {
    const isExact = clientFilters(query, plivoVoice).length === 0;
    const horizon = isExact && query.maxRows !== undefined ? query.maxRows : Number.POSITIVE_INFINITY;
    for (const [from, to] of windows(query, client)) {
      client.debug('listing.window', `window from ${wireTime(from)} to ${wireTime(to)}`);
      const list = async (request: ServerRequest): Promise<AsyncIterable<Page>> => {
        const fetchPage = (offset: number): Promise<Page> => pageAt(request, from, to, offset);
        return offsetPages({ first: await fetchPage(0), fetchPage, size: PAGE_SIZE, horizon, width }, client);
      };
      yield async () => ({ lists: await Promise.all(requests.map(list)), from });
    }
  }

  const pageAt = async (request: ServerRequest, from: number, to: number, offset: number): Promise<Page> => {
    const parameters = new URLSearchParams({
      ...request.parameters,
      add_time__gte: wireTime(from),
      add_time__lt: wireTime(to),
      limit: String(PAGE_SIZE),
      offset: String(offset),
    });
    const response = await client.get(`${base}?${parameters}`);
    const { hasMore, ...meta } = metaOf(response, offset);
    const read = (row: Row): Recording | undefined => toRecording(row, client, request);
    return { ...pageOf(rowsOf(response, 'objects'), read, hasMore), ...meta };
  };

  const readAlone = (row: Row): Recording | undefined => toRecording(row, client);
  return {
    pages,
    find: (id) => findById(id, (name) => `${base}${name}/`, readAlone, client),
    media: (row, format) => singleLinkMedia(row, format, false),
  };
}

/**
 * Reads `meta`. Of `next` only its presence and its offset are used: sample links lack the request's filters, so
 * following one would leave the window. `total_count` bounds the prefetched pages, and never ends a list.
 */
const metaOf = (response: ApiResponse, offset: number): Pick<Page, 'hasMore' | 'rowsPerPage' | 'totalRows'> => {
  const meta = isRow(response.body) ? (response.body.meta ?? {}) : {};
  // Treating it as the end would cut the list silently.
  if (!isRow(meta)) throw new Failure('unavailable', `${response.described}, but "meta" is not an object`);
  const link = parseNextLink(response, meta.next);
  const next = bytes(link?.searchParams.get('offset'));
  if (next !== undefined && next <= offset) {
    throw new Failure('unavailable', `pagination loop detected: offset ${offset} is followed by offset ${next}`);
  }
  const sizes = [bytes(response.url.searchParams.get('limit')), bytes(meta.limit), next && next - offset].filter(
    (size) => size !== undefined,
  );
  const total = bytes(meta.total_count);
  // The end is `next: null`: without it, and without a total, others may follow a full page.
  if (meta.next === undefined && total === undefined && rowsOf(response, 'objects').length >= PAGE_SIZE)
    throw new Failure('unavailable', `${response.described}, but without "meta.next", the end of the list`);
  return {
    hasMore: link !== undefined,
    // A server may return fewer rows than requested.
    ...(sizes.length === 0 ? {} : { rowsPerPage: Math.max(1, Math.min(...sizes)) }),
    ...(total === undefined ? {} : { totalRows: total }),
  };
};

/** Half-open windows `[from, to)` in milliseconds, newest first, on full seconds, the precision of the wire format. */
function* windows(query: Query, client: Pick<ApiClient, 'now' | 'oldest'>): Generator<readonly [number, number]> {
  const since = query.since ?? query.neededSince;
  const oldest = floorSecond(Math.max(client.oldest ?? FIRST_INSTANT, since === undefined ? 0 : Date.parse(since)));
  // A day ahead, also of a time that this machine's clock may wrongly call future.
  const ahead = Math.max(client.now(), oldest) + DAY;
  const newest = query.until === undefined ? ahead : Math.min(Date.parse(query.until), ahead);
  // At least one window: only a response tells the right time.
  let to = Math.max(floorSecond(newest + 999), oldest + 1000);
  while (to > oldest) {
    const from = Math.max(oldest, to - WINDOW_DAYS * DAY);
    yield [from, to];
    to = from;
  }
}

const floorSecond = (epoch: number): number => Math.floor(epoch / 1000) * 1000;

/** `2026-11-20 13:45:00`, UTC. */
const wireTime = (epoch: number): string => (toInstant(epoch) ?? '').slice(0, 19).replace('T', ' ');

const toRecording = (row: Row, client: ApiClient, request?: ServerRequest): Recording | undefined => {
  const id = recordingId(row.recording_id);
  if (id === undefined) return undefined;
  const field = loggedFieldReader(row, id, client);
  const conferenceId = field('mpc_uuid', text) ?? field('conference_uuid', text);
  const format = field('recording_format', mediaFormat);
  return recording({
    id,
    provider: vendor.name,
    api: plivoVoice.api,
    profile: client.profile,
    accountId: field('resource_uri', accountInPath),
    kind:
      isConferenceRequest(request) || conferenceId !== null ? 'conference' : (field('recording_type', kind) ?? 'call'),
    // Rows exist only for finished files; Plivo has no status.
    status: 'completed',
    // When the recording was stored: seconds after its end, not its start.
    createdAt: field('add_time', instant),
    startedAt: field('recording_start_ms', epochMilliseconds),
    endedAt: field('recording_end_ms', epochMilliseconds),
    // rounded_recording_duration is a billing figure and was seen to be wrong by hours.
    durationSeconds: field('recording_duration_ms', milliseconds),
    from: field('from_number', text),
    to: field('to_number', text),
    callId: field('call_uuid', text),
    conferenceId,
    conferenceName: field('mpc_name', conferenceName) ?? field('conference_name', conferenceName),
    formats: format === null ? [] : [format],
    encrypted: isEncrypted(row),
    mediaUrl: field('recording_url', text),
    raw: row,
    serverCompared: request?.compared,
  });
};

/** `/v1/Account/MA…/Recording/…/` to `MA…`. */
const accountInPath = (value: unknown): string | undefined => /\/Account\/([^/]+)\//.exec(text(value) ?? '')?.[1];

/** Seen: `conference`, `normal`, `call`, and in 2012 `mp3`; all but the first are calls. */
const kind = (value: unknown): Kind => (oneOf({ conference: true })(value) ? 'conference' : 'call');

const mediaFormat = oneOf<MediaFormat>({ mp3: 'mp3', wav: 'wav' });

/** Plivo writes `noname` if a call has no conference: a readable null, not an unreadable value. */
const conferenceName = (value: unknown): string | null | undefined => (value === 'noname' ? null : text(value));

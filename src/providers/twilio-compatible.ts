import {
  anyInstant,
  channelCount,
  isEncrypted,
  oneOf,
  price,
  type Row,
  recordingId,
  seconds,
  text,
} from '../core/decode.ts';
import type { LinkedList } from '../core/paging/follow-links.ts';
import { pagesOfRequests } from '../core/paging/merge-pages.ts';
import { nextLinkPages } from '../core/paging/next-link.ts';
import { findById, loggedFieldReader, pathSegment } from '../core/paging/page.ts';
import { singleLinkMedia } from '../core/paging/single-link-media.ts';
import type { ApiClient, ApiDefinition, Credentials, Media, Provider, Vendor } from '../core/provider.ts';
import type { FilterKey, Query } from '../core/query.ts';
import { type Kind, type MediaFormat, type Recording, recording, type Status } from '../core/recording.ts';
import {
  isConferenceRequest,
  rowsPerPage,
  type ServerParameter,
  type ServerRequest,
  serverRequests,
} from '../core/server-filters.ts';
import { DAY } from '../core/time/duration.ts';
import { toInstant } from '../core/time/utc.ts';

/** The most rows on a page, at both vendors. */
const PAGE_SIZE = 1000;

/** Vendor differences of this API. */
export interface Dialect {
  readonly vendor: Vendor;
  readonly api: string;
  /** Path of the API, the parent of the account paths. */
  readonly root: string;
  readonly serverParameters: readonly ServerParameter[];
  /** Whether the list has deleted recordings, on request. */
  readonly keepsDeleted: boolean;
  /** The suffix of the list's path. */
  readonly listSuffix: string;
  /** The credential that names the account. */
  readonly account: string;
  readonly status: (word: unknown) => Status | undefined;
  /** The query of a link to stereo media, without which it is mixed down to mono. */
  readonly stereo: string;
  /** Whether the vendor serves media from this host, which is not the API's. */
  readonly isMediaHost: (host: string) => boolean;
}

/** Definition fields shared by both vendors. */
export const sharedDefinition = {
  serverFilters: ['since', 'until', 'call', 'conference'],
  unsupportedFilters: ['roomSession', 'subaccount'],
  callFilters: ['from', 'to', 'direction'],
  reports: ['status', 'channels'],
  kinds: ['call', 'conference'],
  formats: ['wav', 'mp3'],
  pageSize: PAGE_SIZE,
  pageSizeParameter: 'PageSize',
  loggedParameters: ['PageSize', 'Page', 'DateCreated>', 'DateCreated<', 'CallSid', 'ConferenceSid'],
} satisfies Partial<ApiDefinition>;

/** The parameters of ids, which have these forms. */
export const idParameters = (call: RegExp, conference: RegExp): readonly ServerParameter[] => [
  { filter: 'call', name: 'CallSid', field: 'callId', form: call },
  { filter: 'conference', name: 'ConferenceSid', field: 'conferenceId', form: conference },
];

/** The provider of either vendor. */
export const openTwilioCompatible = (credentials: Credentials, client: ApiClient, dialect: Dialect): Provider => {
  const base = `${dialect.root}/Accounts/${encodeURIComponent(credentials[dialect.account] ?? '')}/Recordings`;
  const read = (row: Row): Recording | undefined => toRecording(row, base, client, dialect);
  return {
    pages: (query) => {
      // The upper bound is wider on the wire, so the first rows may be too new.
      const serverFilters: readonly FilterKey[] = ['since', 'call', 'conference'];
      const pageSize = rowsPerPage(query, PAGE_SIZE, { ...dialect, serverFilters });
      const listOf = (request: ServerRequest): LinkedList => ({
        first: (size) => `${base}${dialect.listSuffix}?${parametersOf(query, request, dialect, size)}`,
        rowsKey: 'recordings',
        read: (row) => toRecording(row, base, client, dialect, request),
        nextOf: (body) => nextPage(body, pageSize),
        normalizeLink: (next) => withRoot(next, dialect.root),
      });
      return pagesOfRequests(query, serverRequests(query, dialect.serverParameters), (request, reader) =>
        nextLinkPages({ ...listOf(request), pageSize, reader }, client),
      );
    },
    // Without .json the same path returns the audio.
    find: (id) => findById(id, (name) => `${base}/${name}.json`, read, client),
    permanentLink: ({ id, formats }) =>
      formats.length === vendorFormats.length ? vendorLink(id, base, client) : undefined,
    media: (row, format) => mediaOf(row, format, `${client.origin}${base}/`, dialect),
  };
};

/** Vendor-hosted media: any format, by extension. Customer storage: one file. */
const mediaOf = (
  row: Recording,
  format: MediaFormat | undefined,
  base: string,
  dialect: Dialect,
): Media | undefined => {
  if (row.mediaUrl?.startsWith(base) !== true) return singleLinkMedia(row, format, false);
  const name = pathSegment(row.id);
  const wanted = format ?? row.formats[0];
  if (name === undefined || wanted === undefined || !row.formats.includes(wanted)) return undefined;
  const query = row.channels === 2 ? dialect.stereo : '';
  // The provider reports no size.
  return { url: `${base}${name}.${wanted}${query}`, format: wanted, sizeBytes: null, signed: false };
};

const parametersOf = (query: Query, request: ServerRequest, dialect: Dialect, size: number): URLSearchParams =>
  new URLSearchParams({
    PageSize: String(size),
    // Dates; the docs describe their boundaries in three ways, so one extra day on each side covers all readings.
    ...(query.since === undefined ? {} : { 'DateCreated>': day(query.since, -1) }),
    ...(query.until === undefined ? {} : { 'DateCreated<': day(query.until, 2) }),
    ...(dialect.keepsDeleted && query.status?.includes('deleted') === true ? { IncludeSoftDeleted: 'true' } : {}),
    ...request.parameters,
  });

/** `2026-11-20`, shifted by a number of days, in UTC. */
const day = (instant: string, shift: number): string =>
  (toInstant(Math.max(Date.parse(instant) + shift * DAY, FIRST_DAY)) ?? instant).slice(0, 10);

/** No recording is older, and no server need understand the year 0. */
const FIRST_DAY = Date.UTC(2000, 0);

/**
 * The link to the next page; null ends the list. False, which is rejected later, if a full page has neither: others may
 * follow it.
 */
const nextPage = (body: Row, pageSize: number): unknown => {
  const { next_page_uri: next, recordings, page_size: size } = body;
  const fullPage = Math.min(pageSize, typeof size === 'number' ? size : pageSize);
  return next === undefined && Array.isArray(recordings) && recordings.length >= fullPage ? false : next;
};

/** SignalWire has returned links without the API root, which would not resolve. */
const withRoot = (next: URL, root: string): URL => {
  if (next.pathname.startsWith(`${root}/`)) return next;
  const repaired = new URL(next);
  repaired.pathname = root + next.pathname.replace(/^\/2010-04-01(?=\/)/, '');
  return repaired;
};

const toRecording = (
  row: Row,
  base: string,
  client: ApiClient,
  dialect: Dialect,
  request?: ServerRequest,
): Recording | undefined => {
  const id = recordingId(row.sid);
  if (id === undefined) return undefined;
  const field = loggedFieldReader(row, id, client);
  const conferenceId = field('conference_sid', text);
  const source = field('source', text);
  return recording({
    id,
    provider: dialect.vendor.name,
    api: dialect.api,
    profile: client.profile,
    accountId: field('account_sid', text),
    kind: isConferenceRequest(request) ? 'conference' : kindOf(conferenceId, source),
    status: dialect.status(row.status) ?? 'unknown',
    providerStatus: field('status', text),
    createdAt: field('date_created', anyInstant),
    updatedAt: field('date_updated', anyInstant),
    startedAt: field('start_time', anyInstant),
    endedAt: field('end_time', anyInstant),
    // Text or number; -1 while recording. Not the difference of the two times: silence may be trimmed.
    durationSeconds: field('duration', seconds),
    callId: field('call_sid', text),
    conferenceId,
    channels: field('channels', channelCount) ?? field('channel', channelCount),
    track: field('track', text),
    ...formatsAndLink(field('media_url', text), id, base, client, dialect),
    // Charges are negative in some responses and positive in others.
    price: field('price', price),
    currency: field('price_unit', text),
    source,
    errorCode: field('error_code', text),
    encrypted: isEncrypted(row),
    raw: row,
    serverCompared: request?.compared,
  });
};

/** A row may have either id, both or neither; `source` identifies a conference without an id. */
const kindOf = (conferenceId: string | null, source: string | null): Kind =>
  conferenceId !== null || /^(?:start)?conference/i.test(source ?? '') ? 'conference' : 'call';

/**
 * Vendor-hosted: both formats, via a link built from the id (returned links were seen to name other recordings).
 * Otherwise the customer's storage.
 */
const formatsAndLink = (
  link: string | null,
  id: string,
  base: string,
  client: ApiClient,
  dialect: Dialect,
): Pick<Recording, 'formats' | 'mediaUrl'> => {
  const url = link !== null && URL.canParse(link) ? new URL(link) : undefined;
  if (url !== undefined && url.hostname !== new URL(client.origin).hostname && !dialect.isMediaHost(url.hostname)) {
    const format = extension(/\.(\w+)$/.exec(url.pathname)?.[1]);
    return { formats: format === undefined ? [] : [format], mediaUrl: link };
  }
  return { formats: vendorFormats, mediaUrl: vendorLink(id, base, client) ?? null };
};

/** The formats in which both vendors serve what they store; the customer's storage has one. */
const vendorFormats: readonly MediaFormat[] = ['wav', 'mp3'];

const vendorLink = (id: string, base: string, { origin }: ApiClient): string | undefined => {
  const name = pathSegment(id);
  return name === undefined ? undefined : `${origin}${base}/${name}.wav`;
};

const extension = oneOf<MediaFormat>({ wav: 'wav', mp3: 'mp3' });

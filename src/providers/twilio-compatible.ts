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
import { deferredLists } from '../core/paging/deferred-lists.ts';
import type { LinkedList } from '../core/paging/follow-links.ts';
import { pagesOfRequests } from '../core/paging/merge-pages.ts';
import { nextLinkPages } from '../core/paging/next-link.ts';
import { findById, loggedFieldReader, pathSegment } from '../core/paging/page.ts';
import { singleLinkMedia } from '../core/paging/single-link-media.ts';
import type { ApiClient, ApiDefinition, Credentials, Media, Provider } from '../core/provider.ts';
import type { FilterKey, Query } from '../core/query.ts';
import { type Kind, type MediaFormat, type Recording, recording } from '../core/recording.ts';
import {
  isConferenceRequest,
  rowsPerPage,
  type ServerParameter,
  type ServerRequest,
  serverRequests,
} from '../core/server-filters.ts';
import { accountPath, type Dialect, linkedList, MAX_PAGE_SIZE, timeParameters } from './twilio-compatible-lists.ts';

/** Definition fields shared by both vendors. */
export const sharedDefinition = {
  serverFilters: ['since', 'until', 'call', 'conference'],
  unsupportedFilters: ['roomSession', 'subaccount'],
  callFilters: ['from', 'to', 'direction'],
  reports: ['status', 'channels'],
  kinds: ['call', 'conference'],
  formats: ['wav', 'mp3'],
  pageSize: MAX_PAGE_SIZE,
  pageSizeParameter: 'PageSize',
  loggedParameters: [
    'PageSize',
    'Page',
    'DateCreated>',
    'DateCreated<',
    'CallSid',
    'ConferenceSid',
    'StartTime>',
    'StartTime<',
    'From',
    'To',
    'ParentCallSid',
  ],
} satisfies Partial<ApiDefinition>;

/** The parameters of ids, which have these forms. */
export const idParameters = (call: RegExp, conference: RegExp): readonly ServerParameter[] => [
  { filter: 'call', name: 'CallSid', field: 'callId', form: call },
  { filter: 'conference', name: 'ConferenceSid', field: 'conferenceId', form: conference },
];

/** The provider of either vendor. */
export const openTwilioCompatible = (credentials: Credentials, client: ApiClient, dialect: Dialect): Provider => {
  const account = accountPath(credentials, dialect);
  const base = `${account}/Recordings`;
  const read = (row: Row): Recording | undefined => toRecording(row, base, client, dialect);
  return {
    pages: (query) => {
      // The upper bound is wider on the wire, so the first rows may be too new.
      const serverFilters: readonly FilterKey[] = ['since', 'call', 'conference'];
      const pageSize = rowsPerPage(query, MAX_PAGE_SIZE, { ...dialect, serverFilters });
      const listOf = (request: ServerRequest): LinkedList =>
        linkedList(
          {
            path: base,
            rowsKey: 'recordings',
            parameters: parametersOf(query, request, dialect),
            pageSize,
            read: (row) => toRecording(row, base, client, dialect, request),
          },
          dialect,
        );
      return pagesOfRequests(query, serverRequests(query, dialect.serverParameters), (request, reader) =>
        nextLinkPages({ ...listOf(request), pageSize, reader }, client),
      );
    },
    calls: deferredLists(
      [
        {
          title: 'calls',
          key: 'callId',
          filters: ['from', 'to', 'parent'],
          pageSize: MAX_PAGE_SIZE,
          ...(dialect.callsKeptFor === undefined ? {} : { keptFor: dialect.callsKeptFor }),
          has: ['find'],
        },
        { title: 'conferences', key: 'conferenceId', filters: [], pageSize: MAX_PAGE_SIZE, has: ['find'] },
      ],
      async () => (await import('./twilio-compatible-calls.ts')).openCallLists(account, client, dialect),
    ),
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

const parametersOf = (query: Query, request: ServerRequest, dialect: Dialect): Readonly<Record<string, string>> => ({
  ...timeParameters('DateCreated', query),
  ...(dialect.keepsDeleted && query.status?.includes('deleted') === true ? { IncludeSoftDeleted: 'true' } : {}),
  ...request.parameters,
});

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

import { anyInstant, bytes, isEncrypted, oneOf, price, type Row, recordingId, seconds, text } from '../core/decode.ts';
import { deferredLists } from '../core/paging/deferred-lists.ts';
import { pagesOfRequests } from '../core/paging/merge-pages.ts';
import { nextLinkPages } from '../core/paging/next-link.ts';
import { findById, loggedFieldReader } from '../core/paging/page.ts';
import { singleLinkMedia } from '../core/paging/single-link-media.ts';
import type { ApiClient, ApiDefinition, Credentials, Provider } from '../core/provider.ts';
import type { Query } from '../core/query.ts';
import { type MediaFormat, type Recording, recording, type Status } from '../core/recording.ts';
import { rowsPerPage, type ServerRequest, serverRequests } from '../core/server-filters.ts';
import { uuidForm } from '../core/text/same-id.ts';
import { nextLink, protectedMedia, vendor } from './signalwire.ts';

/** The most rows SignalWire puts on a page of this list. */
const PAGE_SIZE = 1000;
/** Lifetime that is requested for media links, in seconds; the default is 900. */
const LINK_SECONDS = 3600;

export const signalwireVideo: ApiDefinition = {
  vendor,
  api: 'video',
  title: 'SignalWire Video room recordings',
  documentationUrl: 'https://signalwire.com/docs/apis/video/room-sessions/list-room-session-recordings',
  serverFilters: ['roomSession'],
  // Not a query parameter but a part of the path.
  serverParameters: [{ filter: 'roomSession', name: 'session', field: 'roomSessionId', form: uuidForm }],
  unsupportedFilters: ['call', 'from', 'to', 'direction', 'subaccount'],
  callFilters: [],
  reports: ['status', 'room_session_id', 'size_bytes'],
  kinds: ['room'],
  formats: ['mp4'],
  idForm: uuidForm,
  protectedMedia,
  pageSize: PAGE_SIZE,
  pageSizeParameter: 'page_size',
  loggedParameters: ['page_size', 'page_number', 'media_ttl'],
  limitsText: 'media links expire after 15 minutes, with --urls after an hour',
  scope: 'Video',
  open,
};

const PATH = '/api/video';

function open(_credentials: Credentials, client: ApiClient): Provider {
  const read = (row: Row): Recording | undefined => toRecording(row, client);
  return {
    pages: (query) =>
      pagesOfRequests(query, serverRequests(query, signalwireVideo.serverParameters), (request, reader) => {
        const { session } = request.parameters;
        return nextLinkPages(
          {
            first: (size) => firstPage(query, session, size),
            pageSize: rowsPerPage(query, PAGE_SIZE, signalwireVideo),
            rowsKey: 'data',
            read: (row) => toRecording(row, client, request),
            nextOf: nextLink,
            reader,
            // A session that does not exist has no recordings.
            mayBeAbsent: session !== undefined,
          },
          client,
        );
      }),
    find: (id, links = false) => {
      const query = links ? `?media_ttl=${LINK_SECONDS}` : '';
      return findById(id, (name) => `${PATH}/room_recordings/${name}${query}`, read, client);
    },
    calls: deferredLists(
      [{ title: 'room sessions', key: 'roomSessionId', filters: [], pageSize: PAGE_SIZE, has: ['find'] }],
      async () => ({ roomSessionId: (await import('./signalwire-video-sessions.ts')).roomSessions(client) }),
    ),
    media: (row, format) => singleLinkMedia(row, format, true),
  };
}

/** All recordings, or those of one session. */
const firstPage = (query: Query, session: string | undefined, size: number): string => {
  const parameters = new URLSearchParams({
    page_size: String(size),
    ...(query.needsMediaLinks === true ? { media_ttl: String(LINK_SECONDS) } : {}),
  });
  const list = session === undefined ? 'room_recordings' : `room_sessions/${session}/recordings`;
  return `${PATH}/${list}?${parameters}`;
};

const toRecording = (row: Row, client: ApiClient, request?: ServerRequest): Recording | undefined => {
  const id = recordingId(row.id);
  if (id === undefined) return undefined;
  const field = loggedFieldReader(row, id, client);
  const cost = field('cost_in_dollars', price);
  const format = field('format', mediaFormat);
  return recording({
    id,
    provider: vendor.name,
    api: signalwireVideo.api,
    profile: client.profile,
    kind: 'room',
    status: field('status', text) === null ? 'unknown' : (status(row.status) ?? 'unknown'),
    providerStatus: field('status', text),
    createdAt: field('created_at', anyInstant),
    updatedAt: field('updated_at', anyInstant),
    startedAt: field('started_at', anyInstant),
    endedAt: field('finished_at', anyInstant),
    // Not the difference of the two times: a sample has a duration of 120 for times 3600 apart.
    durationSeconds: field('duration', seconds),
    roomSessionId: field('room_session_id', text),
    formats: format === null ? [] : [format],
    // int32 in the provider's schema: sizes from 2 GiB up come back negative and are not read.
    sizeBytes: field('size_in_bytes', bytes),
    price: cost,
    currency: cost === null ? null : 'USD',
    encrypted: isEncrypted(row),
    mediaUrl: field('uri', text),
    raw: row,
    serverCompared: request?.compared,
  });
};

const status = oneOf<Status>({
  recording: 'in_progress',
  paused: 'paused',
  processing: 'processing',
  completed: 'completed',
});

const mediaFormat = oneOf<MediaFormat>({ 'video/mp4': 'mp4' });

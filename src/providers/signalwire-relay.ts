import {
  bool,
  bytes,
  instant,
  isEncrypted,
  oneOf,
  price,
  type Row,
  recordingId,
  seconds,
  text,
} from '../core/decode.ts';
import { deferredLists } from '../core/paging/deferred-lists.ts';
import { nextLinkPages } from '../core/paging/next-link.ts';
import { findById, loggedFieldReader } from '../core/paging/page.ts';
import { singleLinkMedia } from '../core/paging/single-link-media.ts';
import type { ApiClient, ApiDefinition, Credentials, Provider } from '../core/provider.ts';
import { type LegType, type MediaFormat, type Recording, recording, type Status } from '../core/recording.ts';
import { rowsPerPage } from '../core/server-filters.ts';
import { uuidForm } from '../core/text/same-id.ts';
import { nextLink, protectedMedia, vendor } from './signalwire.ts';

/** The most rows on a page of the sibling lists; this list documents no parameters, and at worst ignores them. */
const PAGE_SIZE = 1000;

export const signalwireRelay: ApiDefinition = {
  vendor,
  api: 'relay',
  title: 'SignalWire Relay recordings',
  documentationUrl: 'https://signalwire.com/docs/apis/relay-rest/recordings/list-recordings',
  serverFilters: [],
  serverParameters: [],
  unsupportedFilters: ['roomSession', 'subaccount'],
  callFilters: ['from', 'to', 'direction'],
  reports: ['status', 'channels', 'size_bytes'],
  kinds: ['call', 'conference', 'unknown'],
  formats: ['wav', 'mp3', 'mp4'],
  idForm: uuidForm,
  protectedMedia,
  pageSize: PAGE_SIZE,
  pageSizeParameter: 'page_size',
  loggedParameters: ['page_size', 'page_number', 'created_after', 'created_before'],
  limitsText: 'no server-side filters: recx reads every page',
  scope: 'Voice',
  open,
};

const PATH = '/api/relay/rest/recordings';

function open(_credentials: Credentials, client: ApiClient): Provider {
  const read = (row: Row): Recording | undefined => toRecording(row, client);

  return {
    pages: (query) => {
      const first = (size: number): string => `${PATH}?page_size=${size}`;
      const pageSize = rowsPerPage(query, PAGE_SIZE, signalwireRelay);
      // An empty page may still have a next one, so only a missing link means the end.
      return nextLinkPages({ first, pageSize, rowsKey: 'data', read, nextOf: nextLink, reader: query }, client);
    },
    find: (id) => findById(id, (name) => `${PATH}/${name}`, read, client),
    calls: deferredLists(
      [
        { title: 'calls', key: 'callId', filters: [], pageSize: PAGE_SIZE, has: ['find', 'recordingsOf'] },
        { title: 'conferences', key: 'conferenceId', filters: [], pageSize: PAGE_SIZE, has: [] },
      ],
      async () => (await import('./signalwire-relay-calls.ts')).relayCalls(client),
    ),
    media: (row, format) => singleLinkMedia(row, format, false),
  };
}

const toRecording = (row: Row, client: ApiClient): Recording | undefined => {
  const id = recordingId(row.id);
  if (id === undefined) return undefined;
  const field = loggedFieldReader(row, id, client);
  const leg = legs.find(({ key }) => field(key, text) !== null);
  const conferenceId = field('relay_conference_id', text);
  const errorCode = field('error_code', text);
  const url = field('url', text);
  const format = url === null ? undefined : formatOf(url);
  return recording({
    id,
    provider: vendor.name,
    api: signalwireRelay.api,
    profile: client.profile,
    accountId: field('project_id', text),
    // The leg decides: rows of calls may name a conference too, and some rows name neither.
    kind: leg !== undefined ? 'call' : conferenceId !== null ? 'conference' : 'unknown',
    status: statusOf(row.status, errorCode),
    providerStatus: field('status', text),
    createdAt: field('created_at', instant),
    updatedAt: field('updated_at', instant),
    durationSeconds: field('duration_in_seconds', seconds),
    callId: leg === undefined ? null : field(leg.key, text),
    legType: leg?.type ?? null,
    conferenceId,
    channels: channelsOf(field('stereo', bool)),
    track: field('track', text),
    formats: format === undefined ? [] : [format],
    // int32 in the provider's schema: sizes from 2 GiB up come back negative and are not read.
    sizeBytes: field('byte_size', bytes),
    price: field('price', price),
    currency: field('price_unit', text),
    errorCode,
    encrypted: isEncrypted(row),
    mediaUrl: url,
    raw: row,
  });
};

const legs: readonly { readonly key: string; readonly type: LegType }[] = [
  { key: 'relay_pstn_leg_id', type: 'pstn' },
  { key: 'relay_sip_leg_id', type: 'sip' },
  { key: 'relay_webrtc_leg_id', type: 'webrtc' },
];

/** `completed` and `no_input` were seen in rows; the others are documented in types and webhooks. */
const status = oneOf<Status>({
  recording: 'in_progress',
  paused: 'paused',
  completed: 'completed',
  finished: 'completed',
  no_input: 'absent',
  error: 'failed',
});

/** An unknown status with an error code is a failure. */
const statusOf = (word: unknown, errorCode: string | null): Status =>
  status(word) ?? (typeof word === 'string' && word !== '' && errorCode !== null ? 'failed' : 'unknown');

const channelsOf = (stereo: boolean | null): 1 | 2 | null => (stereo === null ? null : stereo ? 2 : 1);

/** The format from the link's extension, which old links lack. */
const formatOf = (url: string): MediaFormat | undefined => {
  const end = url.search(/[?#]/);
  return extension(/\.(\w{1,4})$/.exec(end === -1 ? url : url.slice(0, end))?.[1]);
};

const extension = oneOf<MediaFormat>({ wav: 'wav', mp3: 'mp3', mp4: 'mp4' });

import {
  epochMilliseconds,
  instant,
  isEncrypted,
  milliseconds,
  oneOf,
  type Row,
  recordingId,
  text,
} from '../core/decode.ts';
import { deferredLists } from '../core/paging/deferred-lists.ts';
import { mergePages } from '../core/paging/merge-pages.ts';
import { findById, loggedFieldReader } from '../core/paging/page.ts';
import { singleLinkMedia } from '../core/paging/single-link-media.ts';
import type { ApiClient, ApiDefinition, Credentials, Page, Provider, Vendor } from '../core/provider.ts';
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
import { CALLS_KEPT_FOR, PAGE_SIZE, WINDOW_DAYS, windowLists } from './plivo-windows.ts';

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
  callFilters: ['direction'],
  reports: ['from', 'to', 'conference_name'],
  kinds: ['call', 'conference'],
  formats: ['mp3', 'wav'],
  // Protected by an option of the console; the hosts of regions, such as aps1, are below the first one.
  protectedMedia: { hosts: ['media.plivo.com', '.media.plivo.com'], authSchemes: ['basic'] },
  pageSize: PAGE_SIZE,
  pageSizeParameter: 'limit',
  loggedParameters: [
    ...new Set([
      ...serverParameters.map(({ name }) => name),
      'from_number',
      'to_number',
      'parent_call_uuid',
      'end_time__gte',
      'end_time__lt',
      'add_time__gte',
      'add_time__lt',
      'limit',
      'offset',
    ]),
  ],
  limitsText: `searched in windows of ${WINDOW_DAYS} days, back to --since or to 2011; 300 requests per 5 s`,
  // A little less than Plivo's 300 in 5 s, since requests do not arrive as evenly as they are sent.
  rate: { requests: 295, milliseconds: 5200 },
  open,
};

function open({ auth_id: account = '' }: Credentials, client: ApiClient): Provider {
  const base = `/v1/Account/${encodeURIComponent(account)}/Recording/`;

  async function* pages(query: Query): AsyncGenerator<Page> {
    const isExact = clientFilters(query, plivoVoice).length === 0;
    const windows = windowLists(
      {
        path: base,
        entries: 'recordings',
        timeField: 'add_time',
        since: query.since ?? query.neededSince,
        until: query.until,
        oldest: client.oldest ?? FIRST_INSTANT,
        requests: serverRequests(query, serverParameters),
        horizon: isExact && query.maxRows !== undefined ? query.maxRows : Number.POSITIVE_INFINITY,
        read: (row, request) => toRecording(row, client, request),
      },
      client,
    );
    for await (const { lists, end } of windows) {
      yield* mergePages(lists);
      if (end !== undefined) yield end;
    }
  }

  const readAlone = (row: Row): Recording | undefined => toRecording(row, client);
  return {
    pages,
    find: (id) => findById(id, (name) => `${base}${name}/`, readAlone, client),
    calls: deferredLists(
      [
        {
          title: 'calls',
          key: 'callId',
          filters: ['from', 'to', 'parent'],
          pageSize: PAGE_SIZE,
          keptFor: CALLS_KEPT_FOR,
          has: ['find'],
        },
      ],
      async () => ({ callId: (await import('./plivo-calls.ts')).plivoCalls(account, client) }),
    ),
    media: (row, format) => singleLinkMedia(row, format, false),
  };
}

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

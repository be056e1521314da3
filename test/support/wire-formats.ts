import type { Row } from '../../src/core/decode.ts';
import type { SandboxEntry } from '../../src/sandbox/api.ts';
import { type SandboxOptions, sandboxApis } from '../../src/sandbox/server.ts';
import { answer } from './home.ts';
import { fullOrQuick } from './thoroughness.ts';

/** The wire format of one API: what its rows, pages and links look like. */
export interface WireFormat extends Selection {
  /** The API, as `provider/api`. */
  readonly name: string;
  readonly provider: string;
  /** The path of the list, and of a recording. */
  readonly listPath: string;
  recordingPath(id: string): string;
  /** A free text field: its key in a row, and its column in recx. */
  readonly textKey: string;
  readonly textColumn: string;
  readonly keys: Keys;
  row(id: string, more?: Row, at?: number): Row;
  page(rows: readonly unknown[], next: string | null): Row;
  /** The link to the page that starts at this position, and the range of positions that a URL requests. */
  pageLink(place: number): string;
  pageRange(url: URL): { readonly first: number; readonly end: number };
}

/** How the API is selected on the command line. */
interface Selection {
  readonly profile: string;
  /** The arguments that select the API of the profile; none for the first API of a provider. */
  readonly apiArgs: readonly string[];
  /** The arguments that select the profile and the API. */
  readonly args: readonly string[];
}

/** The keys of the fields that every API has, or most. */
interface Keys {
  readonly id: string;
  readonly time: string;
  readonly media: string;
  /** Absent if the API has no calls. */
  readonly call?: string;
  /** Absent if the API reports no status. */
  readonly status?: string;
}

/** The parts of a list with next-page links: its path and the parameters of its links. */
interface Linked {
  readonly listPath: string;
  readonly parameters: { readonly page: string; readonly size: string; readonly token: string };
}

const selectionOf = (profile: string, ...apiArgs: readonly string[]): Selection => ({
  profile,
  apiArgs,
  args: ['-p', profile, ...apiArgs],
});
const accountOf = (provider: string): string =>
  sandboxApis.find((api) => api.provider === provider)?.basicAuth[0] ?? '';
const anHourAgo = (): number => Date.now() - 3_600_000;

/** Links that name a position in the list, not a row. */
const linked = ({
  listPath,
  parameters: { page, size, token },
}: Linked): Pick<WireFormat, 'listPath' | 'pageLink' | 'pageRange'> => ({
  listPath,
  pageLink: (place) => `${listPath}?${page}=${place / 20}&${size}=20&${token}=PA${place}`,
  pageRange: ({ searchParams }) => {
    const first = Number(searchParams.get(page)) * 20;
    return { first, end: first + 20 };
  },
});

const plivoList = `/v1/Account/${accountOf('plivo')}/Recording/`;

export const plivo: WireFormat = {
  ...selectionOf('plivo'),
  name: 'plivo/voice',
  provider: 'plivo',
  listPath: plivoList,
  recordingPath: (id) => `${plivoList}${id}/`,
  textKey: 'from_number',
  textColumn: 'from',
  keys: { id: 'recording_id', time: 'add_time', media: 'recording_url', call: 'call_uuid' },
  row: (id, more, at = anHourAgo()) => ({
    add_time: `${new Date(at).toISOString().replace('T', ' ').replace('Z', '000+00:00')}`,
    call_uuid: `call-${id}`,
    conference_name: 'noname',
    from_number: '+12025550101',
    recording_duration_ms: '61000.00000',
    recording_end_ms: `${at - 1000}.00000`,
    recording_format: 'mp3',
    recording_id: id,
    recording_start_ms: `${at - 62_000}.00000`,
    recording_type: 'normal',
    recording_url: `https://media.plivo.example/${encodeURIComponent(id.toWellFormed())}.mp3`,
    resource_uri: `${plivoList}${id}/`,
    to_number: '+13125550100',
    ...more,
  }),
  page: (rows, next) => ({ api_id: 'x', meta: { limit: 20, offset: 0, next, previous: null }, objects: rows }),
  pageLink: (place) => `${plivoList}?limit=20&offset=${place}`,
  pageRange: ({ searchParams }) => {
    const first = Number(searchParams.get('offset'));
    return { first, end: first + Number(searchParams.get('limit')) };
  },
};

/** A list of one of SignalWire's native APIs. */
const signalwire = (
  list: string,
): Pick<WireFormat, 'provider' | 'listPath' | 'recordingPath' | 'page' | 'pageLink' | 'pageRange'> => ({
  ...linked({ listPath: list, parameters: { page: 'page_number', size: 'page_size', token: 'page_token' } }),
  provider: 'signalwire',
  recordingPath: (id) => `${list}/${id}`,
  page: (rows, next) => ({ links: { self: list, ...(next === null ? {} : { next }) }, data: rows }),
});

export const relay: WireFormat = {
  ...selectionOf('relay'),
  ...signalwire('/api/relay/rest/recordings'),
  name: 'signalwire/relay',
  textKey: 'track',
  textColumn: 'track',
  keys: { id: 'id', time: 'created_at', media: 'url', call: 'relay_pstn_leg_id', status: 'status' },
  row: (id, more, at = anHourAgo()) => ({
    id,
    project_id: '5a4db0c5-0000-4000-8000-000000000001',
    created_at: new Date(at).toISOString(),
    updated_at: new Date(at).toISOString(),
    duration_in_seconds: 61,
    error_code: null,
    price: 0.005,
    price_unit: 'USD',
    status: 'completed',
    url: `https://media.signalwire.example/${encodeURIComponent(id.toWellFormed())}.wav`,
    stereo: true,
    byte_size: 1_952_044,
    track: 'both',
    relay_pstn_leg_id: `call-${id}`,
    ...more,
  }),
};

export const video: WireFormat = {
  ...selectionOf('video', '--api', 'video'),
  ...signalwire('/api/video/room_recordings'),
  name: 'signalwire/video',
  textKey: 'room_session_id',
  textColumn: 'room_session_id',
  keys: { id: 'id', time: 'created_at', media: 'uri', status: 'status' },
  row: (id, more, at = anHourAgo()) => ({
    id,
    room_session_id: `session-${id}`,
    status: 'completed',
    started_at: new Date(at).toISOString(),
    finished_at: new Date(at + 61_000).toISOString(),
    duration: 61,
    size_in_bytes: 1_952_044,
    format: 'video/mp4',
    cost_in_dollars: 0.05,
    uri: `https://media.signalwire.example/${encodeURIComponent(id.toWellFormed())}.mp4`,
    created_at: new Date(at).toISOString(),
    updated_at: new Date(at + 66_000).toISOString(),
    ...more,
  }),
};

/** The API that Twilio and SignalWire Compatibility share. */
const twilioCompatible = (
  account: string,
  base: string,
  suffix: '' | '.json',
): Omit<WireFormat, keyof Selection | 'name' | 'provider'> => ({
  ...linked({ listPath: base + suffix, parameters: { page: 'Page', size: 'PageSize', token: 'PageToken' } }),
  recordingPath: (id) => `${base}/${id}.json`,
  textKey: 'source',
  textColumn: 'source',
  keys: { id: 'sid', time: 'date_created', media: 'media_url', call: 'call_sid', status: 'status' },
  row: (id, more, at = anHourAgo()) => ({
    account_sid: account,
    api_version: '2010-04-01',
    call_sid: `call-${id}`,
    channels: '1',
    conference_sid: null,
    date_created: mailDate(at),
    date_updated: mailDate(at + 4000),
    duration: '61',
    encryption_details: null,
    error_code: null,
    media_url: `https://storage.example/${encodeURIComponent(id.toWellFormed())}.wav`,
    price: '-0.0050',
    price_unit: 'USD',
    sid: id,
    source: 'RecordVerb',
    start_time: mailDate(at - 61_000),
    status: 'completed',
    track: 'both',
    ...more,
  }),
  page: (rows, next) => ({ uri: base + suffix, next_page_uri: next, page: 0, page_size: 20, recordings: rows }),
});

/** `Fri, 20 Nov 2026 13:45:00 +0000`. */
export const mailDate = (epoch: number): string => new Date(epoch).toUTCString().replace('GMT', '+0000');

const project = accountOf('signalwire');
export const compatibility: WireFormat = {
  ...selectionOf('compatibility', '--api', 'compatibility'),
  ...twilioCompatible(project, `/api/laml/2010-04-01/Accounts/${project}/Recordings`, ''),
  name: 'signalwire/compatibility',
  provider: 'signalwire',
};

const twilioAccount = accountOf('twilio');
export const twilio: WireFormat = {
  ...selectionOf('twilio'),
  ...twilioCompatible(twilioAccount, `/2010-04-01/Accounts/${twilioAccount}/Recordings`, '.json'),
  name: 'twilio/voice',
  provider: 'twilio',
};

/** Every API of the registry, which `conformance/wire-formats` checks. */
export const allWireFormats = [plivo, relay, video, compatibility, twilio];

/** Every API; with `npm test` only one with offset paging and one with next-page links, for tests that hardly depend on the API. */
export const wireFormats = fullOrQuick(allWireFormats, [plivo, relay]);

/** The arguments of a complete list, within one time window for Plivo. */
export const listArgs = ({ args }: WireFormat, ...more: readonly string[]): readonly string[] => [
  'list',
  ...args,
  '--all',
  '--since',
  '7d',
  ...more,
];

/** Sandbox entries for these rows; the first is the newest. */
export const sandboxEntries = (wire: WireFormat, rows: readonly (readonly [id: string, more: Row])[]) => ({
  [wire.name]: rows.map(([id, more], index): SandboxEntry => {
    const at = anHourAgo() - index * 1000;
    return { id, at, row: wire.row(id, more, at) };
  }),
});

/** The rows of a list by position, from 0. A position without a row makes its page shorter. */
export interface RowSource {
  readonly count: number;
  at(place: number): Row | undefined;
}

/** Serves the list of an API, twenty positions per page, each page linked to the next. */
export const serveRows =
  (wire: WireFormat, { count, at }: RowSource): NonNullable<SandboxOptions['intercept']> =>
  ({ url }, response) => {
    if (url.pathname !== wire.listPath) return false;
    const { first, end } = wire.pageRange(url);
    const places = Array.from({ length: Math.max(0, Math.min(end, count) - first) }, (_, index) => first + index);
    const rows = places.map(at).filter((row) => row !== undefined);
    return answer(response, wire.page(rows, end < count ? wire.pageLink(end) : null));
  };

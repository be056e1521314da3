import type { Row } from '../../src/core/decode.ts';
import type { SandboxEntry } from '../../src/sandbox/api.ts';
import { type SandboxOptions, sandboxApis } from '../../src/sandbox/server.ts';
import { some } from './extent.ts';
import { answer } from './home.ts';

/** One API in its own words: what its rows and pages look like on the wire. */
export interface Wire extends Asked {
  /** Of the API, as `provider/api`. */
  readonly name: string;
  readonly provider: string;
  /** The path of the list, and a recording's below it. */
  readonly list: string;
  one(id: string): string;
  /** A field of free text: its key in a row, and the column it becomes. */
  readonly key: string;
  readonly column: string;
  readonly keys: Keys;
  row(id: string, more?: Row, at?: number): Row;
  page(rows: readonly unknown[], next: string | null): Row;
  /** The link to the page that starts at a place of the list, and the places that an address asks for. */
  link(place: number): string;
  span(url: URL): { readonly first: number; readonly end: number };
}

/** How the program is told which API to use. */
interface Asked {
  readonly profile: string;
  /** What chooses the API beside a profile: nothing for the provider's first. */
  readonly api: readonly string[];
  /** The profile and the API as words of a command. */
  readonly asked: readonly string[];
}

/** The keys of a row that have a meaning everywhere. */
interface Keys {
  readonly id: string;
  readonly time: string;
  readonly media: string;
  /** Unless the API has no calls. */
  readonly call?: string;
  /** Unless the API has no word for a recording's state. */
  readonly status?: string;
}

/** What the linked lists have in common: their paths, and the parameters of their links. */
interface Linked {
  readonly list: string;
  readonly parameters: { readonly page: string; readonly size: string; readonly token: string };
}

const asking = (profile: string, ...api: readonly string[]): Asked => ({
  profile,
  api,
  asked: ['-p', profile, ...api],
});
const accountOf = (provider: string): string => sandboxApis.find((api) => api.provider === provider)?.login[0] ?? '';
const anHourAgo = (): number => Date.now() - 3_600_000;

/** Links that name a place in the list, not a row. */
const linked = ({ list, parameters: { page, size, token } }: Linked): Pick<Wire, 'list' | 'link' | 'span'> => ({
  list,
  link: (place) => `${list}?${page}=${place / 20}&${size}=20&${token}=PA${place}`,
  span: ({ searchParams }) => {
    const first = Number(searchParams.get(page)) * 20;
    return { first, end: first + 20 };
  },
});

const plivoList = `/v1/Account/${accountOf('plivo')}/Recording/`;

export const plivo: Wire = {
  ...asking('plivo'),
  name: 'plivo/voice',
  provider: 'plivo',
  list: plivoList,
  one: (id) => `${plivoList}${id}/`,
  key: 'from_number',
  column: 'from',
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
  link: (place) => `${plivoList}?limit=20&offset=${place}`,
  span: ({ searchParams }) => {
    const first = Number(searchParams.get('offset'));
    return { first, end: first + Number(searchParams.get('limit')) };
  },
};

/** A list of SignalWire's own APIs. */
const signalwire = (list: string): Pick<Wire, 'provider' | 'list' | 'one' | 'page' | 'link' | 'span'> => ({
  ...linked({ list, parameters: { page: 'page_number', size: 'page_size', token: 'page_token' } }),
  provider: 'signalwire',
  one: (id) => `${list}/${id}`,
  page: (rows, next) => ({ links: { self: list, ...(next === null ? {} : { next }) }, data: rows }),
});

export const relay: Wire = {
  ...asking('relay'),
  ...signalwire('/api/relay/rest/recordings'),
  name: 'signalwire/relay',
  key: 'track',
  column: 'track',
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

export const video: Wire = {
  ...asking('video', '--api', 'video'),
  ...signalwire('/api/video/room_recordings'),
  name: 'signalwire/video',
  key: 'room_session_id',
  column: 'room_session_id',
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

/** The API that two vendors have in common. */
const shared = (
  account: string,
  base: string,
  suffix: '' | '.json',
): Omit<Wire, keyof Asked | 'name' | 'provider'> => ({
  ...linked({ list: base + suffix, parameters: { page: 'Page', size: 'PageSize', token: 'PageToken' } }),
  one: (id) => `${base}/${id}.json`,
  key: 'source',
  column: 'source',
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
const mailDate = (epoch: number): string => new Date(epoch).toUTCString().replace('GMT', '+0000');

const project = accountOf('signalwire');
export const compatibility: Wire = {
  ...asking('compatibility', '--api', 'compatibility'),
  ...shared(project, `/api/laml/2010-04-01/Accounts/${project}/Recordings`, ''),
  name: 'signalwire/compatibility',
  provider: 'signalwire',
};

const twilioAccount = accountOf('twilio');
export const twilio: Wire = {
  ...asking('twilio'),
  ...shared(twilioAccount, `/2010-04-01/Accounts/${twilioAccount}/Recordings`, '.json'),
  name: 'twilio/voice',
  provider: 'twilio',
};

/** Every API of the registry, which `conformance/wires` checks. */
export const allWires = [plivo, relay, video, compatibility, twilio];

/** The APIs to try where it matters little which one is meant: for `npm test` one that counts its rows and one with links. */
export const wires = some(allWires, [plivo, relay]);

/** The words of a complete list that asks Plivo for one window only. */
export const listing = ({ asked }: Wire, ...more: readonly string[]): readonly string[] => [
  'list',
  ...asked,
  '--all',
  '--since',
  '7d',
  ...more,
];

/** What the sandbox stores for rows; the first is the newest. */
export const entriesOf = (wire: Wire, rows: readonly (readonly [id: string, more: Row])[]) => ({
  [wire.name]: rows.map(([id, more], index): SandboxEntry => {
    const at = anHourAgo() - index * 1000;
    return { id, at, row: wire.row(id, more, at) };
  }),
});

/** Rows of a list by their place, from 0. Places without a row make a page shorter. */
export interface Rows {
  readonly count: number;
  at(place: number): Row | undefined;
}

/** Plays an API's list of rows, twenty places a page, each page linked to the next. */
export const listOf =
  (wire: Wire, { count, at }: Rows): NonNullable<SandboxOptions['intercept']> =>
  ({ url }, response) => {
    if (url.pathname !== wire.list) return false;
    const { first, end } = wire.span(url);
    const places = Array.from({ length: Math.max(0, Math.min(end, count) - first) }, (_, index) => first + index);
    const rows = places.map(at).filter((row) => row !== undefined);
    return answer(response, wire.page(rows, end < count ? wire.link(end) : null));
  };

import { isRow, type Row } from '../core/fields.ts';
import { DAY } from '../core/time.ts';
import { type AnswerKey, type Entry, type Reply, type SandboxApi, type Scene, sliceAfter, wholeNumber } from './api.ts';
import { clipBytes } from './media.ts';
import { makeSamples, type Sample } from './samples.ts';
import { PROJECT, relaySandbox } from './signalwire-relay.ts';

const PAGE_SIZE = 50;
const LARGEST_PAGE = 1000;
const TWILIO_ACCOUNT = 'AC5a4db0c5000000000000000000000001';

/** Where the two vendors differ as servers. */
interface Vendor {
  readonly provider: string;
  readonly api: string;
  readonly root: string;
  readonly account: string;
  readonly listSuffix: string;
  readonly credentials: SandboxApi['credentials'];
  readonly login: SandboxApi['login'];
  samples(now: number): readonly Entry[];
  /** The path of a link, as the vendor writes it. */
  link(path: string, page: number): string;
  readonly answerKey: AnswerKey;
}

const played = (vendor: Vendor): SandboxApi => {
  const { root, account, listSuffix, answerKey, samples, ...rest } = vendor;
  const base = `${root}/Accounts/${account}/Recordings`;
  return {
    ...rest,
    answerKey,
    prefix: `${root}/`,
    listPath: base,
    idKey: 'sid',
    rowsKey: 'recordings',
    bare: { kind: 'call', status: 'unknown', formats: ['wav', 'mp3'] },
    samples,
    refusal: { status: 401, body: { code: 20003, message: 'Authenticate', more_info: '', status: 401 } },
    relinked: (body, next) => (isRow(body) ? { ...body, next_page_uri: next } : body),
    answer: (url, scene) => {
      if (url.pathname === base || url.pathname === `${base}.json`) return list(url, scene, vendor);
      const [, name = ''] = new RegExp(`^${base}/([^/]+)$`).exec(url.pathname) ?? [];
      const [, id = '', extension = ''] = /^(.*?)(\.json|\.wav|\.mp3)?$/.exec(decodeURIComponent(name)) ?? [];
      const entry = scene.entries.find((candidate) => candidate.id === id);
      if (entry === undefined)
        return { status: 404, body: { code: 20404, message: 'Not found', more_info: '', status: 404 } };
      if (extension === '.json') return { status: 200, body: entry.row };
      const format = extension === '.mp3' ? 'mp3' : 'wav';
      const body = clipBytes({ seconds: 3, channels: 1, ...entry.clip, format });
      return { status: 200, body, type: format === 'mp3' ? 'audio/mpeg' : 'audio/x-wav' };
    },
  };
};

const list = (url: URL, { entries }: Scene, vendor: Vendor): Reply => {
  const parameters = url.searchParams;
  const size = wholeNumber(parameters.get('PageSize'), PAGE_SIZE);
  const number = wholeNumber(parameters.get('Page'), 0);
  const token = parameters.get('PageToken');
  const unknown = [...parameters.keys()].find((key) => !known.includes(key));
  if (unknown !== undefined) return wrong(`unknown parameter ${unknown}`);
  if (size === undefined || size < 1 || size > LARGEST_PAGE) return wrong('PageSize is invalid');
  if (number === undefined || (number > 0 && token === null)) return wrong('Page needs its PageToken');
  const days = [...parameters].filter(([key]) => key.startsWith('DateCreated'));
  if (days.some(([, value]) => !/^\d{4}-\d\d-\d\d$/.test(value))) return wrong('DateCreated should be YYYY-MM-DD');
  const matching = entries.filter((entry) => matches(entry, parameters));
  const slice = sliceAfter(matching, token, size);
  if (slice === undefined) return wrong('PageToken is invalid');

  const path = `${vendor.root}/Accounts/${vendor.account}/Recordings${vendor.listSuffix}`;
  const link = (page: number, of: string | null): string => {
    const query = new URLSearchParams(parameters);
    query.set('Page', String(page));
    query.set('PageSize', String(size));
    query.delete('PageToken');
    if (of !== null) query.set('PageToken', of);
    return `${vendor.link(path, page)}?${query}`;
  };
  return {
    status: 200,
    body: {
      uri: link(number, token),
      first_page_uri: link(0, null),
      next_page_uri: slice.token === undefined ? null : link(number + 1, slice.token),
      previous_page_uri: null,
      page: number,
      page_size: size,
      recordings: slice.page.map(({ row }) => row),
    },
  };
};

const known = [
  'DateCreated',
  'DateCreated<',
  'DateCreated>',
  'CallSid',
  'ConferenceSid',
  'Page',
  'PageSize',
  'PageToken',
];

/** Days begin at midnight UTC, and `<=` a day means until its first moment. */
const matches = ({ at, row }: Entry, parameters: URLSearchParams): boolean => {
  const day = (key: string): number | undefined =>
    parameters.has(key) ? Date.parse(`${parameters.get(key)}`) : undefined;
  const on = day('DateCreated');
  return (
    at >= (day('DateCreated>') ?? Number.NEGATIVE_INFINITY) &&
    at <= (day('DateCreated<') ?? Number.POSITIVE_INFINITY) &&
    (on === undefined || (at >= on && at < on + DAY)) &&
    (!parameters.has('CallSid') || row.call_sid === parameters.get('CallSid')) &&
    (!parameters.has('ConferenceSid') || row.conference_sid === parameters.get('ConferenceSid'))
  );
};

const wrong = (message: string): Reply => ({ status: 400, body: { code: 20001, message, more_info: '', status: 400 } });

/** `Tue, 25 Sep 2018 23:00:00 +0000`, and with `Sept` as one document has it. */
const mailDate = (epoch: number, long: boolean): string => {
  const text = new Date(epoch).toUTCString().replace('GMT', '+0000');
  return long ? text.replace(' Sep ', ' Sept ') : text;
};

const toRow = (sample: Sample, account: string): Row => {
  const { id, at, seconds, channels, conference, dice } = sample;
  const second = Math.floor(at / 1000) * 1000;
  return {
    account_sid: account,
    api_version: '2010-04-01',
    call_sid: conference === undefined ? sample.callId : null,
    conference_sid: conference?.id ?? null,
    date_created: mailDate(second, dice < 30),
    date_updated: mailDate(second + 4000, dice < 30),
    start_time: mailDate(second - seconds * 1000, dice < 30),
    price: (-0.0025 * Math.ceil(seconds / 60)).toFixed(4),
    price_unit: 'USD',
    sid: id,
    source: conference === undefined ? (dice < 50 ? 'DialVerb' : 'RecordVerb') : 'Conference',
    status: 'completed',
    error_code: null,
    duration: dice % 2 === 0 ? seconds : String(seconds),
    channels: dice % 3 === 0 ? channels : String(channels),
    encryption_details: null,
  };
};

const signalwireEntry = (sample: Sample, index: number): Entry => {
  const row = toRow(sample, PROJECT);
  const { id, at, seconds, channels, format } = sample;
  const whole: Row = { ...row, end_time: row.date_created, channel: String(channels), trim: 'do-not-trim' };
  const { channels: _channels, encryption_details: _details, ...old }: Row = whole;
  // As in the one capture there is: a number for the price, and keys missing.
  const shown = index === 9 ? { ...old, price: 0 } : index === 23 ? { ...whole, status: 'absent', duration: 0 } : whole;
  return { id, at: Math.floor(at / 1000) * 1000, row: shown, clip: { format, seconds, channels } };
};

const twilioEntry = (sample: Sample, index: number): Entry => {
  const row = toRow(sample, TWILIO_ACCOUNT);
  const hex = (prefix: string, id: unknown): string | null =>
    typeof id === 'string' ? prefix + id.replaceAll('-', '') : null;
  const id = `RE${sample.id.replaceAll('-', '')}`;
  const whole: Row = {
    ...row,
    sid: id,
    call_sid: hex('CA', row.call_sid),
    conference_sid: hex('CF', row.conference_sid),
  };
  return { id, at: Math.floor(sample.at / 1000) * 1000, row: odd(whole, index), clip: sample };
};

/** A few rows are as odd as some that were seen: still recording, encrypted, in the customer's storage, with an old date. */
const odd = (row: Row, index: number): Row => {
  const { channels: _channels, source: _source, conference_sid: _conference, ...old } = row;
  if (index === 1) return { ...row, status: 'in-progress', duration: '-1', price: null };
  if (index === 12)
    return {
      ...row,
      encryption_details: { encryption_public_key_sid: 'CR1', encryption_cek: 'x', encryption_iv: 'y' },
    };
  if (index === 27) return { ...row, media_url: 'https://recordings.example.com/calls/27.wav' };
  if (index === 38) return { ...old, api_version: '2008-08-01' };
  if (index === 55) return { ...row, status: 'absent', error_code: 16102, duration: '0' };
  return row;
};

/** Every third recording of the Relay list is in this one, too; neither list contains the other. */
const compatibilitySamples = (now: number): readonly Entry[] => {
  const relay = makeSamples(now, 815).filter((_sample, index) => index % 3 === 0);
  const own = makeSamples(now, 2718);
  return [...relay, ...own].sort((one, other) => other.at - one.at).map(signalwireEntry);
};

export const compatibilitySandbox = played({
  provider: 'signalwire',
  api: 'compatibility',
  root: '/api/laml/2010-04-01',
  account: PROJECT,
  listSuffix: '',
  credentials: relaySandbox.credentials,
  login: relaySandbox.login,
  samples: compatibilitySamples,
  // Every second link is of the old form, without the root of the API.
  link: (path, page) => (page % 2 === 1 ? path.replace('/api/laml', '') : path),
  answerKey: {
    now: Date.UTC(2026, 10, 20, 12, 34, 56),
    expected: (origin) => ({
      id: 'faca7ff2-32c4-eeb5-ee9c-b42f4fa7e587',
      provider: 'signalwire',
      api: 'compatibility',
      profile: 'key',
      account_id: PROJECT,
      kind: 'call',
      status: 'completed',
      provider_status: 'completed',
      created_at: '2026-11-20T11:45:56.000Z',
      updated_at: '2026-11-20T11:46:00.000Z',
      started_at: '2026-11-20T11:42:44.000Z',
      ended_at: '2026-11-20T11:45:56.000Z',
      duration_seconds: 192,
      from: null,
      to: null,
      call_id: '5d54db3c-b0fd-bd83-666a-7b7783214211',
      leg_type: null,
      conference_id: null,
      conference_name: null,
      room_session_id: null,
      channels: 1,
      track: null,
      formats: ['wav', 'mp3'],
      size_bytes: null,
      price: '0.0100',
      currency: 'USD',
      source: 'DialVerb',
      error_code: null,
      encrypted: false,
      media_url: `${origin}/api/laml/2010-04-01/Accounts/${PROJECT}/Recordings/faca7ff2-32c4-eeb5-ee9c-b42f4fa7e587.wav`,
    }),
  },
});

export const twilioSandbox = played({
  provider: 'twilio',
  api: 'voice',
  root: '/2010-04-01',
  account: TWILIO_ACCOUNT,
  listSuffix: '.json',
  credentials: { account_sid: TWILIO_ACCOUNT, auth_token: 'sandbox-twilio-token' },
  login: [TWILIO_ACCOUNT, 'sandbox-twilio-token'],
  samples: (now) => makeSamples(now, 3141).map(twilioEntry),
  link: (path) => path,
  answerKey: {
    now: Date.UTC(2026, 10, 20, 12, 34, 56),
    expected: (origin) => ({
      id: 'RE9e7728eadedf411dde50e3c53111ab35',
      provider: 'twilio',
      api: 'voice',
      profile: 'key',
      account_id: TWILIO_ACCOUNT,
      kind: 'call',
      status: 'completed',
      provider_status: 'completed',
      created_at: '2026-11-20T07:46:21.000Z',
      updated_at: '2026-11-20T07:46:25.000Z',
      started_at: '2026-11-20T07:46:13.000Z',
      ended_at: null,
      duration_seconds: 8,
      from: null,
      to: null,
      call_id: 'CAb36a1336a7f68b30a19af8fcc3047373',
      leg_type: null,
      conference_id: null,
      conference_name: null,
      room_session_id: null,
      channels: 1,
      track: null,
      formats: ['wav', 'mp3'],
      size_bytes: null,
      price: '0.0025',
      currency: 'USD',
      source: 'RecordVerb',
      error_code: null,
      encrypted: false,
      media_url: `${origin}/2010-04-01/Accounts/${TWILIO_ACCOUNT}/Recordings/RE9e7728eadedf411dde50e3c53111ab35.wav`,
    }),
  },
});

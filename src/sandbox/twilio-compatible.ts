import { isRow, type Row } from '../core/decode.ts';
import { DAY } from '../core/time/duration.ts';
import {
  type AnswerKey,
  integerParameter,
  type Reply,
  type SandboxApi,
  type SandboxEntry,
  type SandboxState,
  sliceAfter,
} from './api.ts';
import { clipBytes } from './media.ts';
import type { Sample } from './samples.ts';

const PAGE_SIZE = 50;
const MAX_PAGE_SIZE = 1000;

/** Vendor differences. */
interface Vendor {
  readonly provider: string;
  readonly api: string;
  readonly root: string;
  readonly account: string;
  readonly listSuffix: string;
  /** The forms of ids, as patterns; the server rejects others. */
  readonly idForms: { readonly call: RegExp; readonly conference: RegExp };
  /** Whether deleted recordings are kept, and listed on request. */
  readonly keepsDeleted: boolean;
  readonly credentials: SandboxApi['credentials'];
  readonly basicAuth: SandboxApi['basicAuth'];
  samples(now: number, origin: string): readonly SandboxEntry[];
  /** The path of a link in the vendor's form. */
  link(path: string, page: number): string;
  readonly answerKey: AnswerKey;
}

/** A vendor's recordings as its server returns them: tokens for pages, days for dates, audio without `.json`. */
export const twilioCompatibleSandbox = (vendor: Vendor): SandboxApi => {
  const { root, account, listSuffix, idForms: _forms, keepsDeleted: _keeps, answerKey, samples, ...rest } = vendor;
  const base = `${root}/Accounts/${account}/Recordings`;
  return {
    ...rest,
    answerKey,
    prefixes: [`${root}/`],
    listPath: base,
    idKey: 'sid',
    rowsKey: 'recordings',
    idOnlyMeaning: { kind: 'call', status: 'unknown', formats: ['wav', 'mp3'] },
    samples,
    unauthorized: { status: 401, body: { code: 20003, message: 'Authenticate', more_info: '', status: 401 } },
    withNextLink: (body, next) => (isRow(body) ? { ...body, next_page_uri: next } : body),
    respond: (url, state) => {
      if (url.pathname === base || url.pathname === `${base}.json`) return list(url, state, vendor);
      const [, name = ''] = new RegExp(`^${base}/([^/]+)$`).exec(url.pathname) ?? [];
      const [, id = '', extension = ''] = /^(.*?)(\.json|\.wav|\.mp3)?$/.exec(decodeURIComponent(name)) ?? [];
      const entry = state.entries.find((candidate) => candidate.id === id);
      if (entry === undefined)
        return { status: 404, body: { code: 20404, message: 'Not found', more_info: '', status: 404 } };
      if (extension === '.json') return { status: 200, body: entry.row };
      const format = extension === '.mp3' ? 'mp3' : 'wav';
      const body = clipBytes({ seconds: 3, channels: 1, ...entry.clip, format });
      return { status: 200, body, type: format === 'mp3' ? 'audio/mpeg' : 'audio/x-wav' };
    },
  };
};

const list = (url: URL, { entries }: SandboxState, vendor: Vendor): Reply => {
  const parameters = url.searchParams;
  const { idForms, keepsDeleted } = vendor;
  const size = integerParameter(parameters.get('PageSize'), PAGE_SIZE);
  const number = integerParameter(parameters.get('Page'), 0);
  const token = parameters.get('PageToken');
  const known = keepsDeleted ? [...parameterNames, 'IncludeSoftDeleted'] : parameterNames;
  const unknown = [...parameters.keys()].find((key) => !known.includes(key));
  if (unknown !== undefined) return badRequest(`unknown parameter ${unknown}`);
  if (size === undefined || size < 1 || size > MAX_PAGE_SIZE) return badRequest('PageSize is invalid');
  if (number === undefined || (number > 0 && token === null)) return badRequest('Page needs its PageToken');
  const days = [...parameters].filter(([key]) => key.startsWith('DateCreated'));
  if (days.some(([, value]) => !/^\d{4}-\d\d-\d\d$/.test(value))) return badRequest('DateCreated should be YYYY-MM-DD');
  if (!idForms.call.test(parameters.get('CallSid') ?? '') && parameters.has('CallSid'))
    return badRequest('CallSid is invalid');
  if (!idForms.conference.test(parameters.get('ConferenceSid') ?? '') && parameters.has('ConferenceSid'))
    return badRequest('ConferenceSid is invalid');
  const hidesDeleted = keepsDeleted && parameters.get('IncludeSoftDeleted') !== 'true';
  const matching = entries.filter(
    (entry) => matches(entry, parameters) && !(hidesDeleted && entry.row.status === 'deleted'),
  );
  const slice = sliceAfter(matching, token, size);
  if (slice === undefined) return badRequest('PageToken is invalid');

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

const parameterNames = [
  'DateCreated',
  'DateCreated<',
  'DateCreated>',
  'CallSid',
  'ConferenceSid',
  'Page',
  'PageSize',
  'PageToken',
];

/** Days start at midnight UTC; an upper bound excludes the day itself, except its first instant. */
const matches = ({ at, row, hidden }: SandboxEntry, parameters: URLSearchParams): boolean => {
  const day = (key: string): number | undefined =>
    parameters.has(key) ? Date.parse(`${parameters.get(key)}`) : undefined;
  const on = day('DateCreated');
  return (
    at >= (day('DateCreated>') ?? Number.NEGATIVE_INFINITY) &&
    at <= (day('DateCreated<') ?? Number.POSITIVE_INFINITY) &&
    (on === undefined || (at >= on && at < on + DAY)) &&
    (!parameters.has('CallSid') || (hidden?.call_sid ?? row.call_sid) === parameters.get('CallSid')) &&
    (!parameters.has('ConferenceSid') ||
      (hidden?.conference_sid ?? row.conference_sid) === parameters.get('ConferenceSid'))
  );
};

const badRequest = (message: string): Reply => ({
  status: 400,
  body: { code: 20001, message, more_info: '', status: 400 },
});

/** `Tue, 25 Sep 2018 23:00:00 +0000`, or `Sept` as in one document. */
const mailDate = (epoch: number, long: boolean): string => {
  const text = new Date(epoch).toUTCString().replace('GMT', '+0000');
  return long ? text.replace(' Sep ', ' Sept ') : text;
};

/** The fields of a recording that both vendors return. */
export const toRow = (sample: Sample, account: string): Row => {
  const { id, at, seconds, channels, conference, percentile } = sample;
  const second = Math.floor(at / 1000) * 1000;
  return {
    account_sid: account,
    api_version: '2010-04-01',
    call_sid: conference === undefined ? sample.callId : null,
    conference_sid: conference?.id ?? null,
    date_created: mailDate(second, percentile < 30),
    date_updated: mailDate(second + 4000, percentile < 30),
    start_time: mailDate(second - seconds * 1000, percentile < 30),
    price: (-0.0025 * Math.ceil(seconds / 60)).toFixed(4),
    price_unit: 'USD',
    sid: id,
    source: conference === undefined ? (percentile < 50 ? 'DialVerb' : 'RecordVerb') : 'Conference',
    status: 'completed',
    error_code: null,
    duration: percentile % 2 === 0 ? seconds : String(seconds),
    channels: percentile % 3 === 0 ? channels : String(channels),
    encryption_details: null,
  };
};

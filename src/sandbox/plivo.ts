import { isRow, type Row } from '../core/decode.ts';
import { DAY } from '../core/time/duration.ts';
import { integerParameter, type Reply, type SandboxApi, type SandboxEntry, type SandboxState } from './api.ts';
import { makeSamples, type Sample } from './samples.ts';

const ACCOUNT = 'MASANDBOXSANDBOX0000';
const BASE = `/v1/Account/${ACCOUNT}/Recording/`;
/** A subaccount that has every fifth recording. */
export const SUBACCOUNT = 'SASANDBOXSANDBOX0001';
const PAGE_SIZE = 20;
const WINDOW = 30 * DAY;

/** Plivo's recordings: pages of 20, the last 7 days unless a window is given, no window over 30 days, times in UTC. */
export const plivoSandbox: SandboxApi = {
  provider: 'plivo',
  api: 'voice',
  credentials: { auth_id: ACCOUNT, auth_token: 'sandbox-plivo-token' },
  basicAuth: [ACCOUNT, 'sandbox-plivo-token'],
  prefixes: ['/v1/Account/'],
  samples: (now, origin) => makeSamples(now, 4711).map((sample, index) => toEntry(sample, index, origin)),
  // Seen at Plivo: a 401 whose body is not JSON.
  unauthorized: { status: 401, body: 'Could not verify your access level for that URL.', type: 'text/html' },
  respond: (url, state) => {
    if (url.pathname === BASE) return list(url.searchParams, state);
    const [, id] = new RegExp(`^${BASE}([^/]+)/$`).exec(url.pathname) ?? [];
    if (id === undefined) return undefined;
    const entry = state.entries.find((candidate) => candidate.id === decodeURIComponent(id));
    if (entry === undefined) return { status: 404, body: { api_id: API_ID, error: 'not found' } };
    return { status: 200, body: { api_id: API_ID, ...entry.row } };
  },
  listPath: BASE,
  idKey: 'recording_id',
  rowsKey: 'objects',
  idOnlyMeaning: { kind: 'call', status: 'completed', formats: [] },
  withNextLink: (body, next) => (isRow(body) && isRow(body.meta) ? { ...body, meta: { ...body.meta, next } } : body),
  answerKey: {
    now: Date.UTC(2026, 10, 20, 12, 34, 56),
    expected: (origin) => ({
      id: '5b080672-6da2-3c2f-e89b-9607e8947678',
      provider: 'plivo',
      api: 'voice',
      profile: 'key',
      account_id: ACCOUNT,
      kind: 'call',
      status: 'completed',
      provider_status: null,
      created_at: '2026-11-20T06:15:23.714Z',
      updated_at: null,
      started_at: '2026-11-20T06:14:59.664Z',
      ended_at: '2026-11-20T06:15:19.664Z',
      duration_seconds: 20,
      from: '+442079460018',
      to: '+13125550111',
      call_id: '5ccd7a78-ad8a-bb79-127c-e887f15c41fa',
      leg_type: null,
      conference_id: null,
      conference_name: null,
      room_session_id: null,
      channels: null,
      track: null,
      formats: ['wav'],
      size_bytes: null,
      price: null,
      currency: null,
      source: null,
      error_code: null,
      encrypted: false,
      media_url: `${origin}/media/plivo/voice/5b080672-6da2-3c2f-e89b-9607e8947678.wav`,
    }),
  },
};

const API_ID = '5c3b2a10-0000-4000-8000-00005a4db0c5';

const list = (parameters: URLSearchParams, { entries, now }: SandboxState): Reply => {
  const limit = integerParameter(parameters.get('limit'), PAGE_SIZE);
  const offset = integerParameter(parameters.get('offset'), 0);
  const unknown = [...parameters.keys()].find((key) => !parameterNames.includes(key));
  if (unknown !== undefined) return badRequest(`unknown parameter ${unknown}`);
  if (limit === undefined || limit < 1 || limit > PAGE_SIZE)
    return badRequest(`limit should be between 1 and ${PAGE_SIZE}`);
  if (offset === undefined) return badRequest('offset should be a whole number');
  const window = windowOf(parameters, now);
  if (typeof window === 'string') return badRequest(window);

  const [from, to] = window;
  const matching = entries.filter(
    ({ at, row, hidden }) =>
      at >= from &&
      at < to &&
      equalityFilters.every(
        (key) => !parameters.has(key) || parameters.get(key) === String(hidden?.[key] ?? row[key] ?? ''),
      ),
  );
  const page = matching.slice(offset, offset + limit);
  const more = offset + limit < matching.length;
  return {
    status: 200,
    body: {
      api_id: API_ID,
      meta: {
        limit,
        // As in Plivo's samples: the link lacks the filters.
        next: more ? `${BASE}?limit=${limit}&offset=${offset + limit}` : null,
        offset,
        previous: offset > 0 ? `${BASE}?limit=${limit}&offset=${Math.max(0, offset - limit)}` : null,
        total_count: matching.length,
      },
      objects: page.map(({ row }) => row),
    },
  };
};

const equalityFilters = [
  'from_number',
  'to_number',
  'call_uuid',
  'conference_name',
  'conference_uuid',
  'mpc_name',
  'mpc_uuid',
  'subaccount',
];
const timeBounds = ['add_time__gt', 'add_time__gte', 'add_time__lt', 'add_time__lte'];
const parameterNames = [...equalityFilters, ...timeBounds, 'limit', 'offset'];

/** Half-open window in milliseconds, or the reason for its rejection. */
const windowOf = (parameters: URLSearchParams, now: number): readonly [number, number] | string => {
  if (!timeBounds.some((key) => parameters.has(key))) return [now - 7 * DAY, Number.POSITIVE_INFINITY];
  const given = timeBounds.map((key) => (parameters.has(key) ? wireTime(parameters.get(key) ?? '') : null));
  if (given.includes(undefined)) return 'add_time should have the format YYYY-MM-DD HH:MM[:ss[.uuuuuu]]';
  const [gt, gte, lt, lte] = given;
  const from = gte ?? (gt == null ? Number.NEGATIVE_INFINITY : gt + 1);
  const to = lt ?? (lte == null ? now : lte + 1);
  return to - from > WINDOW ? 'the range of add_time should not be more than 30 days' : [from, to];
};

const wireTime = (text: string): number | undefined => {
  if (!/^\d{4}-\d\d-\d\d \d\d:\d\d(:\d\d(\.\d{1,6})?)?$/.test(text)) return undefined;
  const epoch = Date.parse(`${text.replace(' ', 'T')}Z`);
  return Number.isNaN(epoch) ? undefined : epoch;
};

const badRequest = (error: string): Reply => ({ status: 400, body: { api_id: API_ID, error } });

const toEntry = (sample: Sample, index: number, origin: string): SandboxEntry => {
  const { id, at, seconds, channels, format, conference } = sample;
  const end = at - 1000 - sample.percentile * 50;
  const row: Row = {
    add_time: wireStamp(at, sample.percentile),
    call_uuid: sample.callId,
    conference_name: conference?.name ?? 'noname',
    ...(conference === undefined ? {} : { conference_uuid: conference.id }),
    from_number: sample.from,
    monthly_recording_storage_amount: 0.0004,
    recording_duration_ms: `${seconds * 1000}.00000`,
    recording_end_ms: `${end}.00000`,
    recording_format: format,
    recording_id: id,
    recording_start_ms: `${end - seconds * 1000}.00000`,
    recording_storage_duration: Math.floor(index / 4),
    recording_storage_rate: 0.0004,
    recording_type: conference === undefined ? 'normal' : 'conference',
    recording_url: `${origin}/media/plivo/voice/${id}.${format}`,
    resource_uri: `${BASE}${id}/`,
    rounded_recording_duration: Math.ceil(seconds / 60) * 60,
    to_number: sample.to,
  };
  // Rows do not name the subaccount.
  const hidden = { subaccount: index % 5 === 0 ? SUBACCOUNT : null };
  return { id, at, row: withOddities(row, index), hidden, clip: { format, seconds, channels } };
};

/**
 * Replaces a few rows by odd ones seen in practice: without times or phone numbers, of unknown type, with a duration that
 * is a number instead of text.
 */
const withOddities = (row: Row, index: number): Row => {
  const { recording_start_ms: _start, recording_end_ms: _end, ...timeless } = row;
  const { from_number: _from, to_number: _to, recording_duration_ms: _duration, ...bare } = timeless;
  if (index === 17) return { ...timeless, recording_type: 'mp3', conference_name: '' };
  if (index === 31) return bare;
  if (index === 52) return { ...row, recording_duration_ms: 61250.5, transcription: { language: 'en', text: null } };
  return row;
};

/** `2026-11-20 16:04:05.123456+05:30`: Plivo's form, with a space, microseconds and any offset; rarely without one. */
const wireStamp = (at: number, percentile: number): string => {
  const [hours, suffix] = percentile < 4 ? [0, ''] : percentile < 50 ? [5.5, '+05:30'] : [0, '+00:00'];
  const text = new Date(at + hours * 3_600_000).toISOString();
  return percentile < 4 ? `${text.slice(0, 23)}231` : `${text.slice(0, 10)} ${text.slice(11, 23)}059${suffix}`;
};

import { isRow, type Row } from '../core/decode.ts';
import type { SandboxApi, SandboxEntry } from './api.ts';
import { callSamples, keptCalls, recordingSamples, respondWithCalls, spanOf } from './plivo-calls.ts';
import { entryReply, equals, type ListRules, listReply } from './plivo-list.ts';
import type { Sample } from './samples.ts';

const ACCOUNT = 'MASANDBOXSANDBOX0000';
const BASE = `/v1/Account/${ACCOUNT}/Recording/`;
const CALLS = `/v1/Account/${ACCOUNT}/Call/`;
/** A subaccount that has every fifth recording. */
export const SUBACCOUNT = 'SASANDBOXSANDBOX0001';

/** Plivo's recordings and calls: pages of 20, the last 7 days unless a window is given, no window over 30 days. */
export const plivoSandbox: SandboxApi = {
  provider: 'plivo',
  api: 'voice',
  credentials: { auth_id: ACCOUNT, auth_token: 'sandbox-plivo-token' },
  basicAuth: [ACCOUNT, 'sandbox-plivo-token'],
  prefixes: ['/v1/Account/'],
  samples: (now, origin) => recordingSamples(now).map((sample, index) => toEntry(sample, index, origin)),
  related: (now) => ({ calls: callSamples(now, ACCOUNT) }),
  relatedListAt: (path) => (path.startsWith(CALLS) ? 'calls' : undefined),
  // Seen at Plivo: a 401 whose body is not JSON.
  unauthorized: { status: 401, body: 'Could not verify your access level for that URL.', type: 'text/html' },
  respond: (url, state) => {
    if (url.pathname.startsWith(CALLS)) return respondWithCalls(url, keptCalls(state), state.now);
    if (url.pathname === BASE) return listReply(url.searchParams, state.entries, recordingList, state.now);
    return entryReply(url.pathname, BASE, state.entries);
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
    expectedWithCalls: {
      direction: 'inbound',
      call_status: 'Normal Hangup',
      call_started_at: '2026-11-20T06:14:54.000Z',
      call_ended_at: '2026-11-20T06:15:21.000Z',
      call_duration_seconds: 27,
      parent_call_id: null,
      dialed_to: ['+13125550151'],
      answered_by: null,
      caller_name: null,
      forwarded_from: null,
    },
  },
};

/** How the list of recordings is searched: by text that is equal, and by the time at which they were stored. */
const recordingList: ListRules = {
  path: BASE,
  timeField: 'add_time',
  filters: Object.fromEntries(
    [
      'from_number',
      'to_number',
      'call_uuid',
      'conference_name',
      'conference_uuid',
      'mpc_name',
      'mpc_uuid',
      'subaccount',
    ].map((key) => [key, equals(key)]),
  ),
};

const toEntry = (sample: Sample, index: number, origin: string): SandboxEntry => {
  const { id, at, seconds, channels, format, conference } = sample;
  const { start, end } = spanOf(sample);
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
    recording_start_ms: `${start}.00000`,
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

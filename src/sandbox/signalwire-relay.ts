import { isRow, type Row } from '../core/decode.ts';
import type { RelatedLists, SandboxApi, SandboxEntry } from './api.ts';
import { clipSize } from './media.ts';
import { makeSamples, type Sample } from './samples.ts';
import { nextLinkReply, notFoundReply } from './signalwire-list.ts';
import { type LogIds, relayListAt, relayLogs, relayLogsReply } from './signalwire-relay-logs.ts';

export const PROJECT = '5a4db0c5-0000-4000-8000-000000000001';
const BASE = '/api/relay/rest/recordings';

const relaySamples = (now: number): readonly Sample[] => makeSamples(now, 815);

/** The logs of this API's calls and conferences. Both meanings of their ids are possible: no document says which is right. */
export const relayRelated = (now: number, ids: LogIds = 'legs'): RelatedLists =>
  relayLogs(relaySamples(now), PROJECT, ids);

/** SignalWire's Relay recordings: no filters, no total, and links to the next page that require their token. */
export const relaySandbox: SandboxApi = {
  provider: 'signalwire',
  api: 'relay',
  credentials: { space: 'sandbox', project_id: PROJECT, token: 'sandbox-signalwire-token' },
  basicAuth: [PROJECT, 'sandbox-signalwire-token'],
  prefixes: ['/api/relay/', '/api/voice/', '/api/logs/'],
  samples: (now, origin) => relaySamples(now).map((sample, index) => toEntry(sample, index, origin)),
  related: (now) => relayRelated(now),
  relatedListAt: relayListAt,
  unauthorized: { status: 401, body: { error: 'Unauthorized' } },
  respond: (url, state) => {
    if (url.pathname === BASE) return nextLinkReply(url, state.entries, []);
    const [, id] = new RegExp(`^${BASE}/([^/]+)$`).exec(url.pathname) ?? [];
    if (id === undefined) return relayLogsReply(url, state);
    const entry = state.entries.find((candidate) => candidate.id === decodeURIComponent(id));
    return entry === undefined ? notFoundReply : { status: 200, body: entry.row };
  },
  listPath: BASE,
  idKey: 'id',
  rowsKey: 'data',
  idOnlyMeaning: { kind: 'unknown', status: 'unknown', formats: [] },
  withNextLink: (body, next) => (isRow(body) && isRow(body.links) ? { ...body, links: { ...body.links, next } } : body),
  answerKey: {
    now: Date.UTC(2026, 10, 20, 12, 34, 56),
    expected: (origin) => ({
      id: '243034df-5f18-2357-9715-0b8ce290a434',
      provider: 'signalwire',
      api: 'relay',
      profile: 'key',
      account_id: PROJECT,
      kind: 'conference',
      status: 'completed',
      provider_status: 'completed',
      created_at: '2026-11-20T09:17:18.728Z',
      updated_at: '2026-11-20T09:17:20.728Z',
      started_at: null,
      ended_at: null,
      duration_seconds: 57,
      from: null,
      to: null,
      call_id: null,
      leg_type: null,
      conference_id: 'c40a695f-5e6b-e40b-6c02-585e1a2817bf',
      conference_name: null,
      room_session_id: null,
      channels: 2,
      track: 'both',
      formats: ['wav'],
      size_bytes: 1824044,
      price: '0.0025',
      currency: 'USD',
      source: null,
      error_code: null,
      encrypted: false,
      media_url: `${origin}/media/signalwire/relay/243034df-5f18-2357-9715-0b8ce290a434.wav`,
    }),
    // The log of a conference gives its name only: it has neither numbers nor times.
    expectedWithCalls: {
      conference_name: '顧客会議',
      direction: null,
      call_started_at: null,
      call_ended_at: null,
      call_duration_seconds: null,
      parent_call_id: null,
      dialed_to: null,
      answered_by: null,
      caller_name: null,
      forwarded_from: null,
    },
  },
};

const toEntry = (sample: Sample, index: number, origin: string): SandboxEntry => {
  const { id, at, seconds, channels, format, conference, percentile } = sample;
  const clip = { format, seconds, channels };
  const stamp = new Date(at).toISOString();
  const leg = percentile < 60 ? 'relay_pstn_leg_id' : percentile < 85 ? 'relay_sip_leg_id' : 'relay_webrtc_leg_id';
  const row: Row = {
    id,
    project_id: PROJECT,
    created_at: percentile % 2 === 0 ? stamp : `${stamp.slice(0, 19)}Z`,
    updated_at: new Date(at + 2000).toISOString(),
    duration_in_seconds: seconds,
    error_code: null,
    price: Math.ceil(seconds / 60) * 0.0025,
    price_unit: 'USD',
    status: 'completed',
    url: `${origin}/media/signalwire/relay/${id}.${format}`,
    stereo: channels === 2,
    byte_size: clipSize(clip),
    track: percentile < 10 ? 'inbound' : 'both',
    ...(conference === undefined ? { [leg]: sample.callId } : { relay_conference_id: conference.id }),
  };
  return { id, at, row: withOddities(row, index), clip };
};

/**
 * Replaces a few rows by odd ones seen in practice: still recording, silent, failed, with a new status, with an old link. None of
 * them is in the list of Compatibility, too, which would contradict them.
 */
const withOddities = (row: Row, index: number): Row => {
  const { byte_size: _size, ...sizeless } = row;
  if (index === 4) return { ...sizeless, status: 'recording', duration_in_seconds: 0 };
  if (index === 19) return { ...sizeless, status: 'no_input', error_code: 'no_input', duration_in_seconds: 0 };
  if (index === 44) return { ...row, status: 'transcribing', byte_size: null, summary: { words: 12 } };
  if (index === 71) return { ...row, url: String(row.url).replace(/\.\w+$/, '/download') };
  if (index === 91) return { ...sizeless, status: 'error', error_code: 'media_timeout' };
  return row;
};

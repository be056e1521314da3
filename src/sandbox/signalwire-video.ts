import { isRow, type Row } from '../core/decode.ts';
import type { SandboxApi, SandboxEntry } from './api.ts';
import { clipSize } from './media.ts';
import { makeSamples, type Sample } from './samples.ts';
import { invalid, nextLinkReply, notFoundReply, uuidPattern } from './signalwire-list.ts';
import { relaySandbox } from './signalwire-relay.ts';
import { sessionsReply, videoListAt, videoSessions } from './signalwire-video-sessions.ts';

const BASE = '/api/video/room_recordings';
/** Lifetime of a media link, in seconds. */
const LINK_SECONDS = 900;
const SESSIONS = 12;

/** SignalWire's room recordings: all, or those of one session, with links that expire. */
export const videoSandbox: SandboxApi = {
  provider: 'signalwire',
  api: 'video',
  credentials: relaySandbox.credentials,
  basicAuth: relaySandbox.basicAuth,
  prefixes: ['/api/video/'],
  samples: (now, origin) => videoRecordings(now, origin),
  related: (now) => ({ sessions: videoSessions(videoRecordings(now, ''), now) }),
  relatedListAt: videoListAt,
  unauthorized: { status: 401, body: { error: 'Unauthorized' } },
  respond: (url, state) => {
    const { entries, now } = state;
    const ttl = Number(url.searchParams.get('media_ttl') ?? LINK_SECONDS);
    if (!Number.isInteger(ttl) || ttl < 0) return { status: 400, body: { error: 'media_ttl is invalid' } };
    const signed = entries.map((entry) => ({ ...entry, row: withLink(entry.row, now, ttl) }));
    const [, session] = /^\/api\/video\/room_sessions\/([^/]+)\/recordings$/.exec(url.pathname) ?? [];
    if (url.pathname === BASE) return nextLinkReply(url, signed, ['media_ttl']);
    if (session !== undefined) {
      if (!uuidPattern.test(session)) return invalid('id_is_invalid');
      const own = signed.filter(
        ({ row, hidden }) => (hidden?.room_session_id ?? row.room_session_id) === decodeURIComponent(session),
      );
      return own.length === 0 ? notFoundReply : nextLinkReply(url, own, ['media_ttl']);
    }
    const [, id] = new RegExp(`^${BASE}/([^/]+)$`).exec(url.pathname) ?? [];
    if (id === undefined) return sessionsReply(url, state);
    const entry = signed.find((candidate) => candidate.id === decodeURIComponent(id));
    return entry === undefined ? notFoundReply : { status: 200, body: entry.row };
  },
  listPath: BASE,
  idKey: 'id',
  rowsKey: 'data',
  idOnlyMeaning: { kind: 'room', status: 'unknown', formats: [] },
  withNextLink: (body, next) => (isRow(body) && isRow(body.links) ? { ...body, links: { ...body.links, next } } : body),
  answerKey: {
    now: Date.UTC(2026, 10, 20, 12, 34, 56),
    expected: (origin) => ({
      id: '4781eddb-ffbb-a11a-7a0d-7df24f213e0d',
      provider: 'signalwire',
      api: 'video',
      profile: 'key',
      account_id: null,
      kind: 'room',
      status: 'completed',
      provider_status: 'completed',
      created_at: '2026-11-20T11:52:27.000Z',
      updated_at: '2026-11-20T11:53:41.000Z',
      started_at: '2026-11-20T11:52:27.000Z',
      ended_at: '2026-11-20T11:53:36.000Z',
      duration_seconds: 69,
      from: null,
      to: null,
      call_id: null,
      leg_type: null,
      conference_id: null,
      conference_name: null,
      room_session_id: '7e550000-0000-4000-8000-0000000000f0',
      channels: null,
      track: null,
      formats: ['mp4'],
      size_bytes: 552_904,
      price: '0.05',
      currency: 'USD',
      source: null,
      error_code: null,
      encrypted: false,
      media_url: `${origin}/media/signalwire/video/4781eddb-ffbb-a11a-7a0d-7df24f213e0d.mp4?expires=${1795178096 + LINK_SECONDS}&signature=5a4db0c5`,
    }),
    expectedWithCalls: {
      conference_name: 'support',
      direction: null,
      call_status: 'completed',
      call_started_at: '2026-10-13T13:56:44.870Z',
      call_ended_at: '2026-11-20T11:57:27.444Z',
      call_duration_seconds: 3_276_042,
      parent_call_id: null,
      dialed_to: null,
      answered_by: null,
      caller_name: null,
      forwarded_from: null,
    },
  },
};

const videoRecordings = (now: number, origin: string): readonly SandboxEntry[] =>
  makeSamples(now, 1042).map((sample, index) => toEntry(sample, index, origin));

/** A row whose link lasts this many seconds from now; the stored link has no expiry. */
const withLink = (row: Row, now: number, seconds: number): Row =>
  typeof row.uri === 'string'
    ? { ...row, uri: `${row.uri}?expires=${Math.floor(now / 1000) + seconds}&signature=5a4db0c5` }
    : row;

const toEntry = (sample: Sample, index: number, origin: string): SandboxEntry => {
  const { id, at, seconds, percentile } = sample;
  const clip = { format: 'mp4', seconds, channels: 1 } as const;
  const stamp = (epoch: number): string => {
    const text = new Date(epoch).toISOString();
    return percentile % 2 === 0 ? text : `${text.slice(0, 19)}Z`;
  };
  const row: Row = {
    id,
    room_session_id: `7e55${String(index % SESSIONS).padStart(4, '0')}-0000-4000-8000-0000000000f0`,
    status: 'completed',
    started_at: stamp(at),
    finished_at: stamp(at + seconds * 1000),
    duration: seconds,
    size_in_bytes: clipSize(clip),
    format: 'video/mp4',
    cost_in_dollars: 0.05,
    uri: `${origin}/media/signalwire/video/${id}.mp4`,
    created_at: stamp(at),
    updated_at: stamp(at + seconds * 1000 + 5000),
  };
  return { id, at, row: withOddities(row, index), clip };
};

/** Replaces a few rows by odd ones that the docs allow: not finished, without a status, without a cost. */
const withOddities = (row: Row, index: number): Row => {
  const { cost_in_dollars: _cost, ...costless } = row;
  const unfinished = { finished_at: null, duration: null, size_in_bytes: null, uri: null };
  if (index === 2) return { ...row, ...unfinished, status: 'recording' };
  if (index === 14) return { ...row, ...unfinished, status: 'processing', format: null };
  if (index === 33) return { ...row, ...unfinished, status: null, started_at: null };
  if (index === 61) return { ...costless, status: 'archived' };
  return row;
};

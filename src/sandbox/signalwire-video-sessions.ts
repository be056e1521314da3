import type { Row } from '../core/decode.ts';
import { DAY } from '../core/time/duration.ts';
import type { Reply, SandboxEntry, SandboxState } from './api.ts';
import { invalid, nextLinkReply, notFoundReply, uuidPattern } from './signalwire-list.ts';

const BASE = '/api/video/room_sessions';

/** The related list that a path belongs to; the recordings of a session do not. */
export const videoListAt = (path: string): string | undefined =>
  path.startsWith(BASE) && /^(?:\/[^/]+)?$/.test(path.slice(BASE.length)) ? 'sessions' : undefined;

/** Answers for room sessions: no filters for times, and details of cost only in the list. */
export const sessionsReply = (url: URL, state: SandboxState): Reply | undefined => {
  if (videoListAt(url.pathname) === undefined) return undefined;
  const { sessions = [] } = state.related;
  if (url.pathname === BASE) return listReply(url, sessions);
  const [, id] = new RegExp(`^${BASE}/([^/]+)$`).exec(url.pathname) ?? [];
  if (id === undefined) return undefined;
  const entry = sessions.find((candidate) => candidate.id === decodeURIComponent(id));
  if (entry === undefined) return notFoundReply;
  const { cost_in_dollars: _cost, enable_room_previews: _previews, locked_cover: _cover, ...summary } = entry.row;
  return { status: 200, body: summary };
};

const listReply = (url: URL, sessions: readonly SandboxEntry[]): Reply => {
  const parameters = url.searchParams;
  const room = parameters.get('room_id');
  const name = parameters.get('room_name');
  const part = parameters.get('room_name_matches');
  const status = parameters.get('status');
  if (room !== null && !uuidPattern.test(room)) return invalid('room_id_is_invalid');
  if (status !== null && status !== 'in-progress' && status !== 'completed') return invalid('status_is_invalid');
  const matching = sessions.filter(
    ({ row }) =>
      (room === null || row.room_id === room) &&
      (name === null || row.name === name) &&
      (part === null || String(row.name ?? '').includes(part)) &&
      (status === null || row.status === status),
  );
  return nextLinkReply(url, matching, ['room_id', 'room_name', 'room_name_matches', 'status']);
};

/** The sessions of these recordings, and as many without any; the newest first. */
export const videoSessions = (recordings: readonly SandboxEntry[], now: number): readonly SandboxEntry[] => {
  const ids = [...new Set(recordings.map(({ row }) => String(row.room_session_id)))];
  const recorded = ids.map((id, index) => {
    const own = recordings.filter(({ row }) => row.room_session_id === id);
    const times = own.map(({ at }) => at);
    // Rooms stay open for weeks, and one is open still, since it is being recorded.
    const isOpen = own.some(({ row }) => row.status === 'recording');
    return session(id, Math.min(...times) - 65_000, isOpen ? undefined : Math.max(...times) + 300_000, index);
  });
  const others = ids.map((_id, index) => {
    const start = Math.floor(now / DAY) * DAY - (index * 3 + 1) * DAY;
    return session(`7e56${String(index).padStart(4, '0')}-0000-4000-8000-0000000000f0`, start, start + 45_000, index);
  });
  return [...recorded, ...others].sort((one, other) => other.at - one.at);
};

/** A session, without an end if it is still open. */
const session = (id: string, start: number, end: number | undefined, index: number): SandboxEntry => {
  const stamp = (epoch: number): string => new Date(epoch).toISOString();
  const row: Row = {
    id,
    room_id: index % 4 === 3 ? null : `400${String(index % 4)}0000-0000-4000-8000-0000000000f0`,
    // Rooms that were made for one session need not have a name.
    name: rooms[index % rooms.length],
    display_name: null,
    max_members: 20,
    quality: '720p',
    fps: 20,
    join_from: null,
    join_until: null,
    remove_at: null,
    remove_after_seconds_elapsed: null,
    layout: 'grid-responsive',
    record_on_start: false,
    tone_on_entry_and_exit: true,
    room_join_video_off: false,
    user_join_video_off: false,
    locked: false,
    start_time: stamp(start),
    end_time: end === undefined ? null : stamp(end),
    duration: end === undefined ? null : Math.floor((end - start) / 1000),
    status: end === undefined ? 'in-progress' : 'completed',
    created_at: stamp(start),
    updated_at: stamp(end ?? start),
    preview_url: null,
    prioritize_handraise: false,
    sync_audio_video: true,
    cost_in_dollars: 0.05,
    enable_room_previews: false,
    locked_cover: '',
  };
  return { id, at: start, row };
};

const rooms = ['support', 'Sprechstunde', '面談室', null, 'all hands'];

import type { Row } from '../core/decode.ts';
import { DAY } from '../core/time/duration.ts';
import type { RelatedLists, Reply, SandboxEntry, SandboxState } from './api.ts';
import { dialledBy, isOutbound, randomFrom, type Sample, waitBefore } from './samples.ts';
import { invalid, nextLinkReply, notFoundReply } from './signalwire-list.ts';

const LOGS = '/api/voice/logs';
const CONFERENCES = '/api/logs/conferences';
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

/** Whether the id of a log is that of its leg; if not, only the events of the log name the recordings of the call. */
export type LogIds = 'legs' | 'segments';

/** The related list that a path belongs to. */
export const relayListAt = (path: string): string | undefined =>
  path === LOGS || path.startsWith(`${LOGS}/`) ? 'logs' : path === CONFERENCES ? 'conferences' : undefined;

/** Answers for the logs of calls, with their events, and of conferences: no filters but dates. */
export const relayLogsReply = (url: URL, state: SandboxState): Reply | undefined => {
  if (relayListAt(url.pathname) === undefined) return undefined;
  const { logs = [], conferences = [] } = state.related;
  if (url.pathname === LOGS) return listReply(url, logs);
  if (url.pathname === CONFERENCES) return listReply(url, conferences);
  const [, id, events] = new RegExp(`^${LOGS}/([^/]+)(/events)?$`).exec(url.pathname) ?? [];
  if (id === undefined) return undefined;
  const entry = logs.find((candidate) => candidate.id === decodeURIComponent(id));
  if (entry === undefined) return notFoundReply;
  return { status: 200, body: events === undefined ? entry.row : { data: eventsOf(entry) } };
};

const dateParameters = ['created_after', 'created_before', 'created_on'];

/** Each bound leaves out its own day: the narrowest reading of the documents. */
const listReply = (url: URL, entries: readonly SandboxEntry[]): Reply => {
  const parameters = url.searchParams;
  const odd = dateParameters.find((key) => parameters.has(key) && !/^\d{4}-\d\d-\d\d$/.test(parameters.get(key) ?? ''));
  if (odd !== undefined) return invalid(`${odd}_is_invalid`);
  const day = (key: string): number | undefined =>
    parameters.has(key) ? Date.parse(parameters.get(key) ?? '') : undefined;
  const after = day('created_after');
  const on = day('created_on');
  const before = day('created_before') ?? Number.POSITIVE_INFINITY;
  const matching = entries.filter(
    ({ at, row }) =>
      (after === undefined || at >= after + DAY) &&
      at < before &&
      (on === undefined || (at >= on && at < on + DAY)) &&
      (row.discarded_at === undefined || parameters.get('include_deleted') === 'true'),
  );
  return nextLinkReply(url, matching, [...dateParameters, 'include_deleted']);
};

/** What happened in a call, the recordings among it. */
const eventsOf = ({ id, at, row, hidden }: SandboxEntry): readonly Row[] => {
  const event = (name: string, params?: Row): Row => ({
    event_at: new Date(at).toISOString(),
    level: 'info',
    name,
    details: params === undefined ? {} : { params },
    project_id: row.project_id ?? null,
    log_id: id,
  });
  const recordings = Array.isArray(hidden?.recordings) ? hidden.recordings : [];
  return [
    event('calling_call_initiated'),
    ...recordings.flatMap((recording) =>
      ['recording', 'finished'].map((state) =>
        event('calling_call_record', { state, url: null, duration: null, recording_id: recording }),
      ),
    ),
    event('calling_call_ended'),
  ];
};

/** The logs of the calls and conferences that were recorded, and of some others; the newest first. */
export const relayLogs = (samples: readonly Sample[], project: string, ids: LogIds = 'legs'): RelatedLists => ({
  logs: newestFirst(samples.flatMap((sample, index) => callLogs(sample, index, ids))),
  conferences: newestFirst(samples.flatMap((sample, index) => conferenceLogs(sample, index, project))),
});

const newestFirst = (entries: readonly SandboxEntry[]): readonly SandboxEntry[] =>
  [...entries].sort((one, other) => other.at - one.at);

/** The log of a recorded call, with those of its legs, and one of a call without recording. */
const callLogs = (sample: Sample, index: number, ids: LogIds): readonly SandboxEntry[] => {
  const { seconds, percentile, conference, callId } = sample;
  // A call is older than its recording, some by hours.
  const lead = index % 17 === 5 ? 3 * HOUR : index % 29 === 8 ? 11 * HOUR : waitBefore(sample);
  const at = sample.at - seconds * 1000 - lead;
  const random = randomFrom(index + 1);
  const newId = (): string =>
    `10900000-0000-4000-8000-${Array.from({ length: 12 }, () => Math.floor(random() * 16).toString(16)).join('')}`;
  const missed = missedCall(newId(), at - 90 * MINUTE, sample, index);
  if (conference !== undefined) return [missed];
  const id = ids === 'legs' ? callId : otherId(callId);
  const milliseconds = seconds * 1000 + lead + 2000 + percentile;
  const row: Row = {
    id,
    ...partiesOf(sample, index),
    source: 'realtime_api',
    charge: 0.01,
    charge_details: [],
    created_at: new Date(at).toISOString(),
    type: typeOf(percentile),
    url: null,
    direction: isOutbound(sample) ? 'outbound-api' : 'inbound',
    // The recording of this call goes on, and so does the call.
    ...(index === 4 ? goingOn : ended(milliseconds, index % 2 === 0 ? 'completed' : 'ended')),
    parent_id: null,
  };
  const dialed = dialledBy(sample);
  const children = dialed.map((to, leg): SandboxEntry => {
    const time = at + (leg + 1) * 1500;
    const answered = leg === dialed.length - 1 ? ended(milliseconds - (leg + 1) * 1500, 'ended') : unanswered;
    const own = { id: newId(), created_at: new Date(time).toISOString(), to, type: typeOfAddress(to) };
    return {
      id: own.id,
      at: time,
      row: { ...row, ...own, direction: 'outbound-dial', ...answered, parent_id: id },
    };
  });
  // A log that was discarded has nothing left but its id.
  const others = index === 56 ? [discarded(newId(), at - MINUTE), missed] : [missed];
  return [{ id, at, row, hidden: { recordings: [sample.id] } }, ...children, ...others];
};

const typeOf = (percentile: number): string =>
  percentile < 60 ? 'relay_pstn_call' : percentile < 85 ? 'relay_sip_call' : 'relay_webrtc_call';

const typeOfAddress = (address: string): string =>
  address.startsWith('sip:')
    ? 'relay_sip_call'
    : address.startsWith('client:')
      ? 'relay_webrtc_call'
      : 'relay_pstn_call';

const ended = (milliseconds: number, status: string): Row => ({
  status,
  duration: Math.floor(milliseconds / 1000),
  duration_ms: milliseconds,
  billing_ms: Math.ceil(milliseconds / MINUTE) * MINUTE,
});

const goingOn: Row = { status: 'answered', duration: null, duration_ms: null, billing_ms: null };
const unanswered: Row = { status: 'no-answer', duration: 0, duration_ms: 0, billing_ms: null };

/** The numbers of a sample. A few are as other networks give them; none of a recording that Compatibility lists as well. */
const partiesOf = ({ from, to }: Sample, index: number): Row => {
  if (index === 7) return { from: 'anonymous', to };
  if (index === 13) return { from: from.replace('+', ''), to };
  if (index === 29) return { from: `sip:${from}@carrier.example.net`, to: 'client:front-desk' };
  return { from, to };
};

/** Another id than this, always the same. */
const otherId = (id: string): string =>
  id.replace(/[\da-f]/g, (digit) => (15 - Number.parseInt(digit, 16)).toString(16));

const discarded = (id: string, at: number): SandboxEntry => ({
  id,
  at,
  row: { id, discarded_at: new Date(at + DAY).toISOString(), created_at: new Date(at).toISOString() },
});

/** A call that nobody recorded, of any of the types of such logs, which differ in their fields. */
const missedCall = (id: string, at: number, { from, to }: Sample, index: number): SandboxEntry => {
  const [type = '', own] = missedTypes[index % missedTypes.length] ?? [];
  const second = Math.floor(at / 1000) * 1000;
  const row: Row = {
    id,
    from,
    to,
    source: type === 'laml_call' ? 'laml' : 'realtime_api',
    charge: 0,
    charge_details: [],
    created_at: `${new Date(second).toISOString().slice(0, 19)}Z`,
    type,
    url: null,
    ...own,
  };
  return { id, at: second, row };
};

const missedTypes: readonly (readonly [type: string, fields: Row])[] = [
  ['relay_pstn_call', { direction: 'inbound', ...unanswered, parent_id: null }],
  ['laml_call', { direction: 'outbound-api', ...unanswered, status: 'busy', parent_id: null }],
  ['video_room_pstn_leg', { direction: 'inbound', status: 'ended', duration: 9, duration_ms: 9638 }],
  ['dialogflow_call', { status: 'completed', duration: 9 }],
  ['fabric_subscriber_device_leg', { direction: 'inbound', status: null }],
];

/** The conference of a sample, and some of other kinds, which have other fields. */
const conferenceLogs = (sample: Sample, index: number, project: string): readonly SandboxEntry[] => {
  const { at, seconds, conference, percentile } = sample;
  if (conference === undefined) return index % 20 === 3 ? [videoSession(sample)] : [];
  const start = at - seconds * 1000 - (percentile % 7) * MINUTE;
  const row: Row = {
    id: conference.id,
    project_id: project,
    region: 'us1',
    name: conference.name,
    status: 'completed',
    max_size: 20,
    current_participants: 0,
    created_at: new Date(start).toISOString(),
    updated_at: new Date(at + MINUTE).toISOString(),
    type: 'relay_conference',
  };
  const ofRelay = { recording_url: null, recording_duration: seconds, recording_file_size: null };
  const id = otherId(conference.id);
  const cxml = { ...row, id, type: 'cxml_conference', name: index % 2 === 0 ? null : 'queue' };
  return [
    { id: conference.id, at: start, row: { ...row, ...ofRelay } },
    ...(index % 5 === 0 ? [{ id, at: start, row: cxml }] : []),
  ];
};

const videoSession = ({ at, callId, seconds }: Sample): SandboxEntry => {
  const id = otherId(callId);
  const row: Row = {
    id,
    created_at: new Date(at).toISOString(),
    source: 'realtime_api',
    type: 'video_room_session',
    url: `https://sandbox.signalwire.com/api/video/room_sessions/${id}`,
    room_name: 'support',
    status: 'completed',
    locked: false,
    started_at: new Date(at + 1000).toISOString(),
    ended_at: new Date(at + seconds * 1000).toISOString(),
    charge: '0.0',
    charge_details: [],
  };
  return { id, at, row };
};

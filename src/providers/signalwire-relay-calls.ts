import { instant, isRow, milliseconds, oneOf, type Row, recordingId, seconds, text } from '../core/decode.ts';
import { nextLinkPages } from '../core/paging/next-link.ts';
import { findById, loggedFieldReader, pathSegment } from '../core/paging/page.ts';
import type { ApiClient, CallListRequests, CallRequest } from '../core/provider.ts';
import { type Call, call, type Direction, type Instant } from '../core/recording.ts';
import { shiftedDay, toInstant } from '../core/time/utc.ts';
import { nextLink } from './signalwire.ts';

/** The most rows on a page of both lists. */
const PAGE_SIZE = 1000;

const CALLS = '/api/voice/logs';
const CONFERENCES = '/api/logs/conferences';

/**
 * The logs of the calls, and of the conferences, of a project, for which a token needs the scope Voice. Documented in
 * fern/apis/signalwire-rest/openapi.yaml of https://github.com/signalwire/docs; the names of events were seen in programs of others.
 */
export const relayCalls = (client: ApiClient) => ({
  callId: {
    ...listOf('calls', CALLS, (row) => toCall(row, client), client),
    find: (id: string) => findCall(id, client),
    // It is not documented whether the id of a leg is that of its log; if not, only the events of a log tell its recordings.
    recordingsOf: ({ id }: Call) => recordingsOf(id, client),
  },
  conferenceId: listOf('conferences', CONFERENCES, (row) => toConference(row, client), client),
});

const listOf = (
  title: 'calls' | 'conferences',
  path: string,
  read: (row: Row) => Call | undefined,
  client: ApiClient,
): CallListRequests => ({
  pages: (request) => {
    const first = (size: number): string => `${path}?${parametersOf(request, size)}`;
    const list = { first, pageSize: PAGE_SIZE, rowsKey: 'data', entries: title, read, nextOf: nextLink };
    return nextLinkPages({ ...list, reader: request }, client);
  },
});

const parametersOf = ({ since, until }: CallRequest, size: number): URLSearchParams =>
  new URLSearchParams({
    page_size: String(size),
    // Dates. Neither their zone is documented nor whether a bound includes its own day: two days more on each side cover all readings.
    ...(since === undefined ? {} : { created_after: shiftedDay(since, -2) }),
    ...(until === undefined ? {} : { created_before: shiftedDay(until, 2) }),
  });

/** A call; not one whose log was discarded, of which the server has only the id and lists nothing. */
const findCall = async (id: string, client: ApiClient): Promise<Call | undefined> => {
  let isDiscarded = false;
  const read = (row: Row): Call | undefined => {
    isDiscarded = row.discarded_at != null;
    return toCall(row, client);
  };
  const found = await findById(id, (name) => `${CALLS}/${name}`, read, client, 'calls');
  return isDiscarded ? undefined : found;
};

/** The ids of the recordings that the events of a call name. */
const recordingsOf = async (id: string, client: ApiClient): Promise<readonly string[]> => {
  const segment = pathSegment(id);
  if (segment === undefined) return [];
  const first = (): string => `${CALLS}/${segment}/events`;
  const found = new Set<string>();
  // The list has all events and documents neither parameters nor links.
  const events = { first, pageSize: 1, rowsKey: 'data', read: toRecordingId, nextOf: nextLink, mayBeAbsent: true };
  for await (const { rows } of nextLinkPages({ ...events, reader: {} }, client))
    for (const row of rows) found.add(row.id);
  return [...found];
};

/** The recording that an event names, if it names one. A recording has several: when it began, when it was finished. */
const toRecordingId = ({ name, details, event_at: at }: Row) => {
  const parameters = isRow(details) ? details.params : undefined;
  const id = name === 'calling_call_record' && isRow(parameters) ? recordingId(parameters.recording_id) : undefined;
  return id === undefined ? undefined : { id, createdAt: instant(at) ?? null };
};

/** Entries of several types, which differ in their fields: some have no direction, some no status, and discarded ones only an id. */
const toCall = (row: Row, client: ApiClient): Call | undefined => {
  const id = recordingId(row.id);
  if (id === undefined) return undefined;
  const field = loggedFieldReader(row, id, client, 'calls');
  const startedAt = field('created_at', instant);
  const durationSeconds = field('duration_ms', milliseconds) ?? field('duration', seconds);
  const isFinal = finalStatus(row.status) ?? field('discarded_at', text) !== null;
  return call({
    id,
    createdAt: startedAt,
    parentId: field('parent_id', text),
    from: field('from', text),
    to: field('to', text),
    direction: field('direction', direction),
    status: field('status', text),
    startedAt,
    // A log has no time of its end.
    endedAt: isFinal ? timeAfter(startedAt, durationSeconds) : null,
    durationSeconds,
    isFinal,
  });
};

const timeAfter = (start: Instant | null, duration: number | null): Instant | null =>
  start === null || duration === null ? null : (toInstant(Date.parse(start) + Math.round(duration * 1000)) ?? null);

const direction = oneOf<Direction>({
  inbound: 'inbound',
  outbound: 'outbound',
  'outbound-api': 'outbound',
  'outbound-dial': 'outbound',
});

/** Conferences of cXML and of Relay, and sessions of video rooms, which have other fields. */
const toConference = (row: Row, client: ApiClient): Call | undefined => {
  const id = recordingId(row.id);
  if (id === undefined) return undefined;
  const field = loggedFieldReader(row, id, client, 'conferences');
  return call({
    id,
    createdAt: field('created_at', instant),
    status: field('status', text),
    startedAt: field('started_at', instant),
    endedAt: field('ended_at', instant),
    name: field('name', text) ?? field('room_name', text),
    isFinal: finalStatus(row.status) ?? false,
  });
};

/** The words for what has ended, of calls and of conferences. */
const finalStatus = oneOf<boolean>({
  completed: true,
  ended: true,
  busy: true,
  failed: true,
  'no-answer': true,
  canceled: true,
});

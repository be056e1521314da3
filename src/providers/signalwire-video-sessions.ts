import { anyInstant, oneOf, type Row, recordingId, seconds, text } from '../core/decode.ts';
import { nextLinkPages } from '../core/paging/next-link.ts';
import { findById, loggedFieldReader } from '../core/paging/page.ts';
import type { ApiClient, CallListRequests } from '../core/provider.ts';
import { type Call, call } from '../core/recording.ts';
import { nextLink } from './signalwire.ts';

/** The most rows SignalWire puts on a page of this list. */
const PAGE_SIZE = 1000;

const PATH = '/api/video/room_sessions';

/**
 * The room sessions of a project, for which a token needs the scope Video. The list has no parameters for times, so every request
 * reads all of it. Documented in fern/apis/signalwire-rest/openapi.yaml of https://github.com/signalwire/docs.
 */
export const roomSessions = (client: ApiClient): CallListRequests => {
  const read = (row: Row): Call | undefined => toSession(row, client);
  const first = (size: number): string => `${PATH}?page_size=${size}`;
  return {
    pages: (request) =>
      nextLinkPages(
        {
          first,
          pageSize: PAGE_SIZE,
          rowsKey: 'data',
          entries: 'room sessions',
          read,
          nextOf: nextLink,
          reader: request,
        },
        client,
      ),
    find: (id) => findById(id, (name) => `${PATH}/${name}`, read, client, 'room sessions'),
  };
};

const toSession = (row: Row, client: ApiClient): Call | undefined => {
  const id = recordingId(row.id);
  if (id === undefined) return undefined;
  const field = loggedFieldReader(row, id, client, 'room sessions');
  const startedAt = field('start_time', anyInstant);
  return call({
    id,
    createdAt: field('created_at', anyInstant) ?? startedAt,
    status: field('status', text),
    startedAt,
    endedAt: field('end_time', anyInstant),
    // Not the difference of the two times: a sample has a duration of 120 for times 3600 apart.
    durationSeconds: field('duration', seconds),
    name: field('name', text),
    isFinal: isCompleted(row.status) ?? false,
  });
};

const isCompleted = oneOf({ completed: true });

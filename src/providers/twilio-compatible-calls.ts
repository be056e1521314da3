import { anyInstant, oneOf, type Reader, type Row, recordingId, seconds, text } from '../core/decode.ts';
import { IdSet } from '../core/hash/id-set.ts';
import { mergePages } from '../core/paging/merge-pages.ts';
import { nextLinkPages } from '../core/paging/next-link.ts';
import { findById, loggedFieldReader } from '../core/paging/page.ts';
import type { ApiClient, CallListRequests, CallRequest, Page } from '../core/provider.ts';
import { type Call, call, type Direction } from '../core/recording.ts';
import { type Dialect, linkedList, MAX_PAGE_SIZE, timeParameters } from './twilio-compatible-lists.ts';

/** The lists of calls and of conferences of an account, at both vendors. */
export const openCallLists = (account: string, client: ApiClient, dialect: Dialect) => ({
  callId: callsOf(`${account}/Calls`, client, dialect),
  conferenceId: conferencesOf(`${account}/Conferences`, client, dialect),
});

/** Documented at https://www.twilio.com/docs/voice/api/call-resource */
const callsOf = (path: string, client: ApiClient, dialect: Dialect): CallListRequests => {
  const read = (row: Row): Call | undefined => toCall(row, client);
  return {
    pages: (request) => {
      const { from, to, parent } = request;
      const parameters = {
        ...timeParameters('StartTime', request),
        ...(from === undefined ? {} : { From: from }),
        ...(to === undefined ? {} : { To: to }),
        ...(parent === undefined ? {} : { ParentCallSid: parent }),
      };
      const list = linkedList(
        { path, rowsKey: 'calls', entries: 'calls', parameters, pageSize: MAX_PAGE_SIZE, read },
        dialect,
      );
      return nextLinkPages({ ...list, pageSize: MAX_PAGE_SIZE, reader: request }, client);
    },
    find: (id) => findById(id, (name) => `${path}/${name}${dialect.listSuffix}`, read, client, 'calls'),
  };
};

/** Documented at https://www.twilio.com/docs/voice/api/conference-resource */
const conferencesOf = (path: string, client: ApiClient, dialect: Dialect): CallListRequests => {
  const read = (row: Row): Call | undefined => toConference(row, client);
  const pagesOf = (request: CallRequest, reader: Pick<CallRequest, 'isEnough'>, status?: string) => {
    const parameters = {
      ...timeParameters('DateCreated', request),
      ...(status === undefined ? {} : { Status: status }),
    };
    const list = linkedList(
      { path, rowsKey: 'conferences', entries: 'conferences', parameters, pageSize: MAX_PAGE_SIZE, read },
      dialect,
    );
    return nextLinkPages({ ...list, pageSize: MAX_PAGE_SIZE, reader }, client);
  };
  return {
    pages: (request) => {
      const [most, ...others] = dialect.conferenceStatuses;
      // The others are few, so their lists are read to the end.
      const lists = [pagesOf(request, request, most), ...others.map((status) => pagesOf(request, {}, status))];
      return eachOnce(mergePages(lists));
    },
    find: (id) => findById(id, (name) => `${path}/${name}${dialect.listSuffix}`, read, client, 'conferences'),
  };
};

/** A conference that ends meanwhile may be in two lists. */
async function* eachOnce(pages: AsyncIterable<Page<Call>>): AsyncGenerator<Page<Call>> {
  const seen = new IdSet();
  for await (const page of pages) yield { ...page, rows: page.rows.filter(({ id }) => seen.add(id)) };
}

const toCall = (row: Row, client: ApiClient): Call | undefined => {
  const id = recordingId(row.sid);
  if (id === undefined) return undefined;
  const field = loggedFieldReader(row, id, client, 'calls');
  const startedAt = field('start_time', anyInstant);
  return call({
    id,
    // Calls that were never dialled have no start.
    createdAt: startedAt ?? field('date_created', anyInstant),
    parentId: field('parent_call_sid', text),
    from: field('from', text),
    to: field('to', text),
    direction: field('direction', direction),
    status: field('status', text),
    startedAt,
    endedAt: field('end_time', anyInstant),
    // Text or number.
    durationSeconds: field('duration', seconds),
    answeredBy: field('answered_by', text),
    callerName: field('caller_name', text),
    forwardedFrom: field('forwarded_from', text),
    isFinal: hasEnded(row.status) === true,
  });
};

/** Who took part is not documented for a conference that has ended. */
const toConference = (row: Row, client: ApiClient): Call | undefined => {
  const id = recordingId(row.sid);
  if (id === undefined) return undefined;
  const field = loggedFieldReader(row, id, client, 'conferences');
  return call({
    id,
    createdAt: field('date_created', anyInstant),
    status: field('status', text),
    name: field('friendly_name', text),
    isFinal: hasEnded(row.status) === true,
  });
};

/** `outbound` has several forms, such as `outbound-dial`; calls of a trunk leave Twilio either way. */
const direction: Reader<Direction> = (value) => {
  const word = text(value)?.trim().toLowerCase() ?? '';
  if (word === 'inbound') return 'inbound';
  return /^(?:outbound|trunking)(?:-|$)/.test(word) ? 'outbound' : undefined;
};

/** The final statuses of calls and conferences. */
const hasEnded = oneOf<true>({ completed: true, busy: true, failed: true, 'no-answer': true, canceled: true });

import { instant, oneOf, type Row, recordingId, seconds, text } from '../core/decode.ts';
import { IdSet } from '../core/hash/id-set.ts';
import { mergePages } from '../core/paging/merge-pages.ts';
import { findById, loggedFieldReader } from '../core/paging/page.ts';
import type { ApiClient, CallListRequests, CallRequest, Page } from '../core/provider.ts';
import { type Call, call, type Direction, type Instant } from '../core/recording.ts';
import { DAY } from '../core/time/duration.ts';
import { toInstant } from '../core/time/utc.ts';
import { CALLS_KEPT_FOR, windowLists } from './plivo-windows.ts';

/** No call lasts longer. */
const MAX_CALL_LENGTH = DAY;

/** The calls of an account, from https://www.plivo.com/docs/voice/api/call: searched and ordered by the end of the call. */
export const plivoCalls = (account: string, client: ApiClient): CallListRequests => {
  const base = `/v1/Account/${encodeURIComponent(account)}/Call/`;
  const read = (row: Row): Call | undefined => toCall(row, client);

  async function* pages(request: CallRequest): AsyncGenerator<Page<Call>> {
    const { from, to, parent, since } = request;
    const parameters = {
      ...(from === undefined ? {} : { from_number: from }),
      ...(to === undefined ? {} : { to_number: to }),
      ...(parent === undefined ? {} : { parent_call_uuid: parent }),
    };
    const windows = windowLists(
      {
        path: base,
        entries: 'calls',
        timeField: 'end_time',
        since,
        until: latestEnd(request.until),
        // A day more, since this machine's clock may be wrong.
        oldest: client.now() - CALLS_KEPT_FOR - DAY,
        requests: [{ parameters }],
        horizon: Number.POSITIVE_INFINITY,
        read,
      },
      client,
    );
    const seen = new IdSet();
    for await (const { lists, end } of windows) {
      for await (const page of mergePages(lists)) {
        yield page;
        // Pages overlap.
        if (request.isEnough?.(page.rows.filter(({ id }) => seen.add(id))) === true) return;
      }
      if (end !== undefined) yield end;
    }
  }

  return {
    pages,
    find: (id) => findById(id, (name) => `${base}${name}/`, read, client, 'calls'),
  };
};

/** The time before which all calls have ended that began before another one. */
const latestEnd = (start: Instant | undefined): Instant | undefined =>
  start === undefined ? undefined : toInstant(Date.parse(start) + MAX_CALL_LENGTH);

const toCall = (row: Row, client: ApiClient): Call | undefined => {
  const id = recordingId(row.call_uuid);
  if (id === undefined) return undefined;
  const field = loggedFieldReader(row, id, client, 'calls');
  const endedAt = field('end_time', instant);
  const status = field('hangup_cause_name', text);
  return call({
    id,
    // Absent while the call lasts: such a call is found, and not listed.
    createdAt: endedAt,
    parentId: field('parent_call_uuid', text),
    from: field('from_number', text),
    to: field('to_number', text),
    direction: field('call_direction', oneOf<Direction>({ inbound: 'inbound', outbound: 'outbound' })),
    // Plivo has no status; this says how the call ended.
    status,
    // Calls that nobody answered have no answer_time.
    startedAt: field('answer_time', instant) ?? field('initiation_time', instant),
    endedAt,
    durationSeconds: field('call_duration', seconds),
    isFinal: endedAt !== null || status !== null,
  });
};

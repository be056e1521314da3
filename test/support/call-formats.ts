import type { Row } from '../../src/core/decode.ts';
import type { CallList } from '../../src/core/provider.ts';
import type { ListFormat } from './fuzz/malformed-lists.ts';
import { compatibility, mailDate, plivo, relay, twilio, video, type WireFormat } from './wire-formats.ts';

/** The wire format of a list of calls, conferences or room sessions, and what its keys mean, derived from its document. */
export interface CallFormat extends ListFormat {
  readonly title: string;
  readonly key: CallList['key'];
  /** Text fields of an entry, with the keys of which the first with a value is used. */
  readonly texts: readonly (readonly [field: TextField, ...keys: readonly string[]])[];
  readonly times: readonly (readonly [field: TimeField, key: string])[];
  /** Whether times may have the form of mail. */
  readonly mail: boolean;
}

type TextField = 'from' | 'to' | 'parentId' | 'status' | 'answeredBy' | 'callerName' | 'forwardedFrom' | 'name';
type TimeField = 'createdAt' | 'startedAt' | 'endedAt';

type Described = Omit<CallFormat, 'name' | 'provider' | 'page' | 'rowsKey' | 'related'>;

/** A list of an API, which pages as its recordings do. */
const listOf = (wire: WireFormat, rowsKey: string, related: string, described: Described): CallFormat => ({
  ...described,
  name: `${wire.name}/${related}`,
  provider: wire.provider,
  rowsKey,
  related,
  page: (rows, next) => {
    const { recordings, ...page } = wire.page(rows, next);
    return recordings === undefined ? page : { ...page, [rowsKey]: recordings };
  },
});

const sibling = (path: string, name: string): string => path.replace('Recording', name);
const iso = (epoch: number): string => new Date(epoch).toISOString();
/** The local time of India, as in Plivo's own samples. */
const local = (epoch: number): string =>
  `${iso(epoch + 19_800_000)
    .slice(0, 19)
    .replace('T', ' ')}+05:30`;

const plivoCalls = listOf(plivo, 'objects', 'calls', {
  title: 'calls',
  key: 'callId',
  listPath: sibling(plivo.listPath, 'Call'),
  keys: { id: 'call_uuid' },
  texts: [
    ['from', 'from_number'],
    ['to', 'to_number'],
    ['parentId', 'parent_call_uuid'],
    ['status', 'hangup_cause_name'],
  ],
  times: [
    ['createdAt', 'end_time'],
    ['endedAt', 'end_time'],
  ],
  mail: false,
  row: (id, more, at = 0) => ({
    answer_time: local(at - 60_000),
    api_id: '06ae0f8f-0000-4000-8000-22000ae90795',
    bill_duration: 60,
    billed_duration: 60,
    call_direction: 'outbound',
    call_duration: 60,
    call_uuid: id,
    end_time: local(at),
    from_number: '+12025550101',
    initiation_time: local(at - 70_000),
    parent_call_uuid: null,
    resource_uri: `${sibling(plivo.listPath, 'Call')}${id}/`,
    to_number: '13125550100',
    total_amount: '0.00850',
    total_rate: '0.00850',
    ...more,
  }),
});

/** The calls of Twilio and of Compatibility, which differ in the types of `duration` and `price`. */
const twilioCalls = (wire: WireFormat, own: Row): CallFormat =>
  listOf(wire, 'calls', 'calls', {
    title: 'calls',
    key: 'callId',
    listPath: sibling(wire.listPath, 'Call'),
    keys: { id: 'sid' },
    texts: [
      ['from', 'from'],
      ['to', 'to'],
      ['parentId', 'parent_call_sid'],
      ['status', 'status'],
      ['answeredBy', 'answered_by'],
      ['callerName', 'caller_name'],
      ['forwardedFrom', 'forwarded_from'],
    ],
    times: [
      ['startedAt', 'start_time'],
      ['endedAt', 'end_time'],
    ],
    mail: true,
    row: (id, more, at = 0) => ({
      answered_by: 'human',
      api_version: '2010-04-01',
      caller_name: null,
      date_created: mailDate(at - 1000),
      date_updated: mailDate(at + 61_000),
      direction: 'inbound',
      end_time: mailDate(at + 60_000),
      forwarded_from: null,
      from: '+12025550101',
      group_sid: null,
      parent_call_sid: null,
      price_unit: 'USD',
      sid: id,
      start_time: mailDate(at),
      status: 'completed',
      to: '+13125550100',
      ...own,
      ...more,
    }),
  });

const twilioConferences = (wire: WireFormat): CallFormat =>
  listOf(wire, 'conferences', 'conferences', {
    title: 'conferences',
    key: 'conferenceId',
    listPath: sibling(wire.listPath, 'Conference'),
    keys: { id: 'sid' },
    texts: [
      ['name', 'friendly_name'],
      ['status', 'status'],
    ],
    times: [['createdAt', 'date_created']],
    mail: true,
    row: (id, more, at = 0) => ({
      api_version: '2010-04-01',
      date_created: mailDate(at),
      date_updated: mailDate(at + 60_000),
      friendly_name: 'standup',
      region: 'us1',
      sid: id,
      status: 'completed',
      ...more,
    }),
  });

const relayLogs = listOf(relay, 'data', 'logs', {
  title: 'calls',
  key: 'callId',
  listPath: '/api/voice/logs',
  keys: { id: 'id' },
  texts: [
    ['from', 'from'],
    ['to', 'to'],
    ['parentId', 'parent_id'],
    ['status', 'status'],
  ],
  times: [
    ['createdAt', 'created_at'],
    ['startedAt', 'created_at'],
  ],
  mail: false,
  row: (id, more, at = 0) => ({
    id,
    from: '+12025550101',
    to: 'sip:support@phone.example.com',
    source: 'realtime_api',
    charge: 0.01,
    charge_details: [],
    created_at: iso(at),
    type: 'relay_pstn_call',
    url: null,
    direction: 'inbound',
    status: 'completed',
    duration: 9,
    duration_ms: 9638,
    billing_ms: 60_000,
    parent_id: null,
    ...more,
  }),
});

const relayConferences = listOf(relay, 'data', 'conferences', {
  title: 'conferences',
  key: 'conferenceId',
  listPath: '/api/logs/conferences',
  keys: { id: 'id' },
  texts: [
    ['name', 'name', 'room_name'],
    ['status', 'status'],
  ],
  times: [
    ['createdAt', 'created_at'],
    ['startedAt', 'started_at'],
    ['endedAt', 'ended_at'],
  ],
  mail: false,
  row: (id, more, at = 0) => ({
    id,
    created_at: iso(at),
    region: 'us1',
    name: 'standup',
    status: 'in-progress',
    max_size: 2,
    current_participants: 1,
    updated_at: iso(at + 60_000),
    type: 'relay_conference',
    ...more,
  }),
});

const videoSessions = listOf(video, 'data', 'sessions', {
  title: 'room sessions',
  key: 'roomSessionId',
  listPath: '/api/video/room_sessions',
  keys: { id: 'id' },
  texts: [
    ['name', 'name'],
    ['status', 'status'],
  ],
  times: [
    ['startedAt', 'start_time'],
    ['endedAt', 'end_time'],
  ],
  mail: true,
  row: (id, more, at = 0) => ({
    id,
    room_id: null,
    name: 'support',
    display_name: 'Support',
    max_members: 20,
    record_on_start: false,
    start_time: iso(at),
    end_time: iso(at + 60_000),
    duration: 60,
    status: 'completed',
    created_at: iso(at),
    updated_at: iso(at + 60_000),
    cost_in_dollars: 0.05,
    ...more,
  }),
});

/** Every list of every API of the registry, which `conformance/wire-formats` checks. */
export const callFormats: readonly CallFormat[] = [
  plivoCalls,
  relayLogs,
  relayConferences,
  videoSessions,
  twilioCalls(compatibility, { duration: 60, price: 0.003, audio_in_mos: 4.5 }),
  twilioConferences(compatibility),
  twilioCalls(twilio, { duration: '60', price: '-0.200' }),
  twilioConferences(twilio),
];

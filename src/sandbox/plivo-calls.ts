import type { Row } from '../core/decode.ts';
import { DAY, HOUR, SECOND } from '../core/time/duration.ts';
import type { Reply, SandboxEntry, SandboxState } from './api.ts';
import { entryReply, equals, integerFilters, type ListRules, listReply, oneOfWords, startsWith } from './plivo-list.ts';
import { makeSamples, randomFrom, type Sample, uuidFrom } from './samples.ts';

const KEPT_FOR = 90 * DAY;
const API_ID = '06ae0f8f-0000-4000-8000-22000ae90795';

/** The invented recordings from which Plivo's rows and calls are made. */
export const recordingSamples = (now: number): readonly Sample[] => makeSamples(now, 4711);

/** When the recording of a sample began and ended; it was stored some seconds later. */
export const spanOf = ({ at, seconds, percentile }: Sample): { readonly start: number; readonly end: number } => {
  const end = at - SECOND - percentile * 50;
  return { start: end - seconds * SECOND, end };
};

/** The calls that Plivo has not yet removed. */
export const keptCalls = ({ related, now }: SandboxState): readonly SandboxEntry[] =>
  (related.calls ?? []).filter(({ at }) => at >= now - KEPT_FOR);

/** Lists have finished calls only; one that lasts has no end, and is found by its id. */
export const respondWithCalls = (url: URL, calls: readonly SandboxEntry[], now: number): Reply | undefined => {
  const [, base = ''] = /^(\/v1\/Account\/[^/]+\/Call\/)/.exec(url.pathname) ?? [];
  if (url.pathname !== base) return entryReply(url.pathname, base, calls);
  const finished = calls.filter(({ row }) => row.end_time !== null);
  return listReply(url.searchParams, finished, { path: base, ...callRules }, now);
};

const callRules: Omit<ListRules, 'path'> = {
  timeField: 'end_time',
  filters: {
    subaccount: equals('subaccount'),
    call_direction: oneOfWords('call_direction', ['inbound', 'outbound']),
    from_number: startsWith('from_number'),
    to_number: startsWith('to_number'),
    parent_call_uuid: equals('parent_call_uuid'),
    hangup_source: equals('hangup_source'),
    stir_verification: equals('stir_verification'),
    hangup_cause_code: equals('hangup_cause_code'),
    ...integerFilters('bill_duration'),
  },
};

/** One invented call; times in milliseconds since 1970. */
interface CallSample {
  readonly id: string;
  readonly parent?: string;
  readonly from: string | null;
  readonly to: string | null;
  readonly direction: 'inbound' | 'outbound';
  readonly began: number;
  /** Undefined if nobody answered. */
  readonly answered?: number | undefined;
  /** Undefined while the call lasts. */
  readonly ended?: number;
  readonly hangup: Hangup;
}

type Hangup = readonly [name: string, code: number, source: string];
const normal: Hangup = ['Normal Hangup', 4000, 'Callee'];
const unanswered: readonly [Hangup, ...Hangup[]] = [
  ['Busy Line', 3010, 'Carrier'],
  ['No Answer', 3000, 'Carrier'],
  ['Cancelled', 1010, 'Caller'],
];
const agents = ['+13125550151', '13125550152', '+13125550151', 'sip:agent7@phone.example.com'] as const;
const strangers = ['+12025550177', '12025550178', 'anonymous', 'sip:visitor@phone.example.com'] as const;

/** The recording whose call has not ended, and the one of which neither it nor its call says a number. */
const LASTING = 1;
const WITHHELD = 31;

/** The calls behind the recordings, the legs they dialled, and calls that were not recorded; the newest end first. */
export const callSamples = (now: number, account: string): readonly SandboxEntry[] => {
  const uuid = uuidFrom(randomFrom(4712));
  const recordings = recordingSamples(now);
  const recorded = recordings.flatMap((sample, index): readonly CallSample[] => {
    const parent = recordedCall(sample, index, now);
    return [parent, ...legsOf(parent, index, uuid)];
  });
  const others = recordings
    .filter((_, index) => index % 3 === 1)
    .map((sample, index) => otherCall(sample, index, uuid()));
  return [...recorded, ...others].map((sample) => toEntry(sample, account)).sort((one, other) => other.at - one.at);
};

/** Most calls began seconds before their recording, some hours; some went on long after it. */
const recordedCall = (sample: Sample, index: number, now: number): CallSample => {
  const { start, end } = spanOf(sample);
  const lead = index % 13 === 6 ? (1 + (index % 11)) * HOUR : 0;
  const rest = index % 9 === 4 ? 20 * 60 * SECOND : 0;
  const began = start - 8 * SECOND - lead;
  return {
    id: sample.callId,
    from: index === WITHHELD ? null : spelled(sample.from, index),
    to: index === WITHHELD ? null : spelled(sample.to, index + 1),
    direction: index % 6 === 5 ? 'outbound' : 'inbound',
    began,
    answered: began + 3 * SECOND,
    ...(index === LASTING ? {} : { ended: Math.min(now, end + 2 * SECOND + rest) }),
    hangup: normal,
  };
};

/** Every fourth call dialled agents, one after the other, until one answered; some of them twice. */
const legsOf = (parent: CallSample, index: number, uuid: () => string): readonly CallSample[] => {
  const { answered = parent.began, ended } = parent;
  if (index % 4 !== 0 || ended === undefined) return [];
  const count = 1 + ((index / 4) % 3);
  return Array.from({ length: count }, (_, leg): CallSample => {
    const began = answered + (1 + leg) * SECOND;
    const isLast = leg === count - 1;
    return {
      id: uuid(),
      parent: parent.id,
      from: parent.from,
      to: agents[(leg + index) % agents.length] ?? agents[0],
      direction: 'outbound',
      began,
      answered: isLast ? began + SECOND : undefined,
      ended: isLast ? ended : began + SECOND,
      hangup: isLast ? normal : (unanswered[leg] ?? unanswered[0]),
    };
  });
};

/** A call without a recording, three hours before one that has one. */
const otherCall = ({ at, to }: Sample, index: number, id: string): CallSample => {
  const began = at - 3 * HOUR;
  const isAnswered = index % 2 === 0;
  return {
    id,
    from: strangers[index % strangers.length] ?? strangers[0],
    to: spelled(to, index),
    direction: 'inbound',
    began,
    answered: isAnswered ? began + 4 * SECOND : undefined,
    ended: began + 30 * SECOND,
    hangup: isAnswered ? normal : (unanswered[index % unanswered.length] ?? unanswered[0]),
  };
};

/** Plivo shows numbers with and without `+`, also within one call. */
const spelled = (number: string, index: number): string =>
  index % 3 === 2 && number.startsWith('+') ? number.slice(1) : number;

const toEntry = (sample: CallSample, account: string): SandboxEntry => {
  const { id, began, answered, ended, hangup } = sample;
  const [name, code, source] = hangup;
  const whole = (epoch: number): number => Math.floor(epoch / SECOND);
  const seconds = answered === undefined || ended === undefined ? 0 : whole(ended) - whole(answered);
  const billed = Math.ceil(seconds / 60) * 60;
  const row: Row = {
    answer_time: answered === undefined ? null : localStamp(answered),
    api_id: API_ID,
    call_direction: sample.direction,
    call_uuid: id,
    end_time: ended === undefined ? null : localStamp(ended),
    from_number: sample.from,
    initiation_time: localStamp(began),
    parent_call_uuid: sample.parent ?? null,
    resource_uri: `/v1/Account/${account}/Call/${id}/`,
    source_ip: '203.0.113.7',
    stir_verification: 'Not Applicable',
    to_number: sample.to,
    total_rate: '0.00850',
  };
  // What only the end tells.
  const outcome: Row = {
    bill_duration: seconds,
    billed_duration: billed,
    call_duration: seconds,
    hangup_cause_code: code,
    hangup_cause_name: name,
    hangup_source: source,
    total_amount: ((billed / 60) * 0.0085).toFixed(5),
  };
  return {
    id,
    at: whole(ended ?? began) * SECOND,
    row: ended === undefined ? row : { ...row, ...outcome },
  };
};

/** `2026-11-20 18:04:05+05:30`: the local time of the account, with its offset. */
const localStamp = (epoch: number): string =>
  `${new Date(epoch + 5.5 * HOUR).toISOString().slice(0, 19).replace('T', ' ')}+05:30`;

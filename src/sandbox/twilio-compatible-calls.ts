import type { Row } from '../core/decode.ts';
import type { RelatedLists, Reply, SandboxEntry, SandboxState } from './api.ts';
import { dialledBy, isOutbound, randomFrom, type Sample, uuidFrom, waitBefore } from './samples.ts';
import {
  type AccountListRules,
  accountListReply,
  type CompatibleVendor,
  mailDate,
  noSuchResource,
} from './twilio-compatible-list.ts';

const SECOND = 1000;
const HOUR = 3_600_000;

/** The calls and conferences in which the samples were recorded, and others that nobody recorded. */
export const relatedLists = (now: number, vendor: CompatibleVendor): RelatedLists => {
  const samples = vendor.recorded(now);
  const newestFirst = (entries: readonly SandboxEntry[]): readonly SandboxEntry[] =>
    entries.toSorted((one, other) => other.at - one.at);
  return {
    calls: newestFirst(samples.flatMap((sample, index) => callsOf(sample, index, vendor))),
    conferences: newestFirst(samples.flatMap((sample, index) => conferencesOf(sample, index, vendor))),
  };
};

interface Leg {
  readonly id: string;
  readonly parent?: string;
  readonly from: string;
  readonly to: string;
  readonly direction: string;
  readonly status: string;
  readonly created: number;
  /** Undefined if it was never dialled. */
  readonly start?: number;
  /** Undefined if it has not ended. */
  readonly end?: number;
}

/** The call of a sample with the legs that it dialled, and at times one that was not recorded. */
const callsOf = (sample: Sample, index: number, vendor: CompatibleVendor): readonly SandboxEntry[] => {
  const random = randomFrom(Number.parseInt(sample.callId.slice(0, 8), 16));
  const newId = uuidFrom(random);
  const toEntry = (leg: Leg): SandboxEntry => callEntry(leg, sample.percentile, vendor);
  const end = Math.floor(sample.at / SECOND) * SECOND;
  const unrecorded = index % 2 === 0 ? [] : [unrecordedCall(newId(), end - 47 * 60 * SECOND, index)];
  if (sample.conference !== undefined) return unrecorded.map(toEntry);
  const waited = index === 10 ? 3 * HOUR : index === 15 ? 7 * HOUR : waitBefore(sample);
  const start = end - sample.seconds * SECOND - waited;
  const recorded: Leg = {
    id: sample.callId,
    from: callerOf(sample, index),
    to: sample.to,
    direction: isOutbound(sample) ? 'outbound-api' : 'inbound',
    created: start - SECOND,
    start,
    ...(index === 3
      ? { status: 'in-progress' }
      : { status: 'completed', end: end + Math.floor(random() * 20) * SECOND }),
  };
  const dialled = dialledBy(sample);
  const children = dialled.map((to, place): Leg => {
    const isAnswered = place === dialled.length - 1;
    const rang = start + 2 * SECOND;
    return {
      id: newId(),
      parent: sample.callId,
      from: recorded.from,
      to,
      direction: 'outbound-dial',
      status: isAnswered ? recorded.status : 'no-answer',
      created: rang,
      start: rang,
      ...(isAnswered ? (recorded.end === undefined ? {} : { end: recorded.end }) : { end: rang }),
    };
  });
  return [recorded, ...children, ...unrecorded].map(toEntry);
};

/** Callers are given as their networks name them. */
const callerOf = ({ from }: Sample, index: number): string =>
  index === 5 ? from.replace('+', '') : index === 9 ? 'anonymous' : index === 14 ? 'client:alice' : from;

const unrecordedCall = (id: string, start: number, index: number): Leg => {
  const status = ['completed', 'busy', 'no-answer', 'failed', 'canceled'][index % 5] ?? '';
  const from = ['+12025550101', '12025550142', 'anonymous', 'sip:alice@phone.example.com', ''][index % 5] ?? '';
  const created = { id, from, to: '+13125550100', direction: 'inbound', status, created: start - SECOND };
  return status === 'failed' ? created : { ...created, start, end: start + (index % 90) * SECOND };
};

const callEntry = (leg: Leg, percentile: number, vendor: CompatibleVendor): SandboxEntry => {
  const { from, to, direction, status, created, start, end } = leg;
  const long = percentile < 30;
  const date = (epoch: number | undefined): string | null => (epoch === undefined ? null : mailDate(epoch, long));
  const id = vendor.id('CA', leg.id);
  const seconds = start === undefined || end === undefined || status !== 'completed' ? 0 : (end - start) / SECOND;
  const row: Row = {
    account_sid: vendor.account,
    annotation: null,
    answered_by: direction !== 'outbound-api' ? null : percentile < 50 ? 'human' : 'machine_end_beep',
    api_version: '2010-04-01',
    caller_name: direction === 'inbound' && percentile % 10 === 0 ? 'ACME LTD' : '',
    date_created: date(created),
    date_updated: date(end ?? start ?? created),
    direction,
    duration: status === 'in-progress' ? null : String(seconds),
    end_time: date(end),
    forwarded_from: direction === 'inbound' && percentile % 9 === 0 ? '+13125550190' : null,
    from,
    from_formatted: formatted(from),
    group_sid: null,
    parent_call_sid: leg.parent === undefined ? null : vendor.id('CA', leg.parent),
    phone_number_sid: null,
    price: seconds === 0 ? null : (-0.0085 * Math.ceil(seconds / 60)).toFixed(5),
    price_unit: 'USD',
    queue_time: '0',
    sid: id,
    start_time: date(start),
    status,
    subresource_uris: {},
    to,
    to_formatted: formatted(to),
    trunk_sid: null,
    uri: `${vendor.root}/Accounts/${vendor.account}/Calls/${id}.json`,
  };
  return { id, at: start ?? created, row: vendor.callRow(row) };
};

const formatted = (address: string): string => address.replace(/^\+1(\d{3})(\d{3})(\d{4})$/, '($1) $2-$3');

/** The conference of a sample, and at times one that was not recorded; one of these is still in progress. */
const conferencesOf = (
  { conference, at, seconds, callId, percentile }: Sample,
  index: number,
  vendor: CompatibleVendor,
): readonly SandboxEntry[] => {
  const end = Math.floor(at / SECOND) * SECOND;
  const start = end - (seconds + 30) * SECOND;
  const toEntry = (uuid: string, name: string, created: number, status: string): SandboxEntry => {
    const id = vendor.id('CF', uuid);
    const isOver = status === 'completed';
    const row: Row = {
      account_sid: vendor.account,
      api_version: '2010-04-01',
      call_sid_ending_conference: isOver ? vendor.id('CA', callId) : null,
      date_created: mailDate(created, percentile < 30),
      date_updated: mailDate(isOver ? end : created, percentile < 30),
      friendly_name: name,
      reason_conference_ended: isOver ? 'last-participant-left' : null,
      region: 'us1',
      sid: id,
      status,
      subresource_uris: {},
      uri: `${vendor.root}/Accounts/${vendor.account}/Conferences/${id}.json`,
    };
    return { id, at: created, row: vendor.conferenceRow(row) };
  };
  const newId = uuidFrom(randomFrom(Number.parseInt(callId.slice(9, 13), 16)));
  const other =
    index % 12 === 2 ? [toEntry(newId(), 'standup', start - HOUR, index === 2 ? 'in-progress' : 'completed')] : [];
  return conference === undefined ? other : [toEntry(conference.id, conference.name, start, 'completed'), ...other];
};

/** The name of the list of calls or conferences that a path belongs to. */
export const relatedListAt = (
  path: string,
  { root, account }: CompatibleVendor,
): 'calls' | 'conferences' | undefined => {
  const [, resource] = new RegExp(`^${root}/Accounts/${account}/(Calls|Conferences)(?:[./]|$)`).exec(path) ?? [];
  return resource === 'Calls' ? 'calls' : resource === 'Conferences' ? 'conferences' : undefined;
};

/** A page of calls or conferences, or one of them; undefined for another path. */
export const relatedReply = (url: URL, state: SandboxState, vendor: CompatibleVendor): Reply | undefined => {
  const name = relatedListAt(url.pathname, vendor);
  if (name === undefined) return undefined;
  const rules = name === 'calls' ? callRules(state.now, vendor) : conferenceRules(vendor);
  const entries = state.related[name] ?? [];
  const base = `${vendor.root}/Accounts/${vendor.account}/${rules.resource}`;
  if (url.pathname === base + vendor.listSuffix) return accountListReply(url, entries, rules, vendor);
  const [, id = ''] = new RegExp(`^${base}/([^/]+?)${vendor.listSuffix.replace('.', '\\.')}$`).exec(url.pathname) ?? [];
  const entry = entries.find((candidate) => candidate.id === decodeURIComponent(id));
  const isKept = entry !== undefined && (name === 'conferences' || rules.isListed(entry, url.searchParams));
  return isKept ? { status: 200, body: entry.row } : noSuchResource;
};

const timeOf =
  (key: string) =>
  ({ row }: SandboxEntry): number =>
    Date.parse(String(row[key]));

const equals = (key: string, form?: RegExp) => ({
  ...(form === undefined ? {} : { form }),
  matches: ({ row }: SandboxEntry, value: string) => row[key] === value,
});

const callRules = (now: number, { idForms, callMonths }: CompatibleVendor): AccountListRules => {
  const oldest = new Date(now);
  oldest.setUTCMonth(oldest.getUTCMonth() - (callMonths ?? 0));
  return {
    resource: 'Calls',
    rowsKey: 'calls',
    times: { StartTime: ({ at }) => at, EndTime: timeOf('end_time') },
    filters: {
      From: equals('from'),
      To: equals('to'),
      ParentCallSid: equals('parent_call_sid', idForms.call),
      Status: equals('status', /^(?:queued|ringing|in-progress|canceled|completed|busy|failed|no-answer)$/),
    },
    isListed: ({ at }) => callMonths === undefined || at >= oldest.getTime(),
  };
};

const conferenceRules = ({ splitsConferences }: CompatibleVendor): AccountListRules => ({
  resource: 'Conferences',
  rowsKey: 'conferences',
  times: { DateCreated: ({ at }) => at, DateUpdated: timeOf('date_updated') },
  filters: { FriendlyName: equals('friendly_name'), Status: equals('status', /^(?:init|in-progress|completed)$/) },
  isListed: ({ row }, parameters) => !splitsConferences || parameters.has('Status') || row.status === 'in-progress',
});

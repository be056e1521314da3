import { callColumns } from '../call-columns.ts';
import { columns } from '../columns.ts';
import {
  bool,
  bytes,
  channelCount,
  type Field,
  fieldReader,
  instant,
  oneOf,
  price,
  type Row,
  seconds,
  text,
} from '../decode.ts';
import {
  type CallDetails,
  directions,
  kinds,
  type LegType,
  type MediaFormat,
  mediaFormats,
  type Recording,
  recording,
  statuses,
} from '../recording.ts';

/** The recording of a row that `recx list -o json` wrote, if the row has every field and all of them are readable. */
export const toListedRecording = (row: Row): Recording | undefined => {
  if (!columns.every(({ key }) => Object.hasOwn(row, key))) return undefined;
  let isReadable = true;
  const field = fieldReader(row, () => {
    isReadable = false;
  });
  const read = recording({
    id: field('id', text) ?? '',
    provider: field('provider', text) ?? '',
    api: field('api', text) ?? '',
    profile: field('profile', text) ?? '',
    accountId: field('account_id', text),
    kind: field('kind', oneOf(words(kinds))) ?? 'unknown',
    status: field('status', oneOf(words(statuses))) ?? 'unknown',
    providerStatus: field('provider_status', text),
    createdAt: field('created_at', instant),
    updatedAt: field('updated_at', instant),
    startedAt: field('started_at', instant),
    endedAt: field('ended_at', instant),
    durationSeconds: field('duration_seconds', seconds),
    from: field('from', text),
    to: field('to', text),
    callId: field('call_id', text),
    legType: field('leg_type', oneOf<LegType>({ pstn: 'pstn', sip: 'sip', webrtc: 'webrtc' })),
    conferenceId: field('conference_id', text),
    conferenceName: field('conference_name', text),
    roomSessionId: field('room_session_id', text),
    channels: field('channels', channelCount),
    track: field('track', text),
    formats: field('formats', formatList) ?? [],
    sizeBytes: field('size_bytes', bytes),
    price: field('price', price),
    currency: field('currency', text),
    source: field('source', text),
    errorCode: field('error_code', text),
    encrypted: field('encrypted', bool),
    call: callOf(row, field),
    mediaUrl: field('media_url', text),
    raw: row.raw,
  });
  return isReadable && [read.id, read.provider, read.api, read.profile].every((name) => name !== '') ? read : undefined;
};

/** What a call says, if the row has all of it; an end shows that it is over. */
const callOf = (row: Row, field: Field): CallDetails | null => {
  if (!callColumns.every(({ key }) => Object.hasOwn(row, key))) return null;
  const endedAt = field('call_ended_at', instant);
  const details = {
    direction: field('direction', oneOf(words(directions))),
    status: field('call_status', text),
    startedAt: field('call_started_at', instant),
    endedAt,
    durationSeconds: field('call_duration_seconds', seconds),
    parentId: field('parent_call_id', text),
    dialedTo: field('dialed_to', textList),
    answeredBy: field('answered_by', text),
    callerName: field('caller_name', text),
    forwardedFrom: field('forwarded_from', text),
  };
  const isFound = Object.values(details).some((value) => value !== null);
  return isFound ? { ...details, answer: 'found', isFinal: endedAt !== null } : null;
};

const textList = (value: unknown): readonly string[] | undefined =>
  Array.isArray(value) && value.every((item) => typeof item === 'string') ? value : undefined;

const words = <Word extends string>(valid: readonly Word[]): Readonly<Record<string, Word>> =>
  Object.fromEntries(valid.map((word) => [word, word]));

const mediaFormat = oneOf(words(mediaFormats));

const formatList = (value: unknown): readonly MediaFormat[] | undefined => {
  if (!Array.isArray(value)) return undefined;
  const read = value.map(mediaFormat).filter((format) => format !== undefined);
  return read.length === value.length ? read : undefined;
};

import type { Recording, Status } from './recording.ts';
import { formatClock, type Zone } from './time.ts';
import { type Column, localInstant, type Tone } from './view.ts';

/** A column of recordings, with its type and meaning for the documentation. */
export interface RecordingColumn extends Column<Recording> {
  readonly help: string;
}

type Time = 'createdAt' | 'updatedAt' | 'startedAt' | 'endedAt';

const time = (key: string, title: string, help: string, of: Time, rank?: number): RecordingColumn => ({
  key,
  title,
  help: `RFC 3339, UTC, milliseconds; ${help}`,
  value: (recording) => recording[of],
  friendly: (recording: Recording, zone: Zone) => localInstant(recording[of], zone),
  ...(rank === undefined ? {} : { rank }),
});

/** The record's keys, in the order of JSON, CSV and `--fields`. Scripts depend on it: columns are only ever appended. */
export const columns: readonly RecordingColumn[] = [
  { key: 'id', title: 'ID', help: "text; the provider's id, opaque", value: ({ id }) => id, rank: 0, long: true },
  {
    key: 'provider',
    title: 'Provider',
    help: 'text; which vendor',
    value: ({ provider }) => provider,
    rank: 9,
    distinct: true,
  },
  { key: 'api', title: 'API', help: 'text; which of its APIs', value: ({ api }) => api, rank: 10, distinct: true },
  {
    key: 'profile',
    title: 'Profile',
    help: 'text; the profile asked',
    value: ({ profile }) => profile,
    rank: 8,
    distinct: true,
  },
  { key: 'account_id', title: 'Account', help: 'text; project, account or auth id', value: (row) => row.accountId },
  {
    key: 'kind',
    title: 'Kind',
    help: '`call` `conference` `room` `unknown`',
    value: ({ kind }) => kind,
    rank: 4,
    distinct: true,
  },
  {
    key: 'status',
    title: 'Status',
    help: '`in_progress` `paused` `processing` `completed` `absent` `failed` `deleted` `unknown`',
    value: ({ status }) => status,
    friendly: ({ status }) => status.replace('_', ' '),
    tone: ({ status }) => tones[status],
    rank: 3,
  },
  {
    key: 'provider_status',
    title: 'Provider status',
    help: "text; the provider's own word",
    value: ({ providerStatus }) => providerStatus,
  },
  time('created_at', 'Created', 'when the provider stored it', 'createdAt', 1),
  time('updated_at', 'Updated', 'last change', 'updatedAt'),
  time('started_at', 'Started', 'start of the recording', 'startedAt'),
  time('ended_at', 'Ended', 'end of the recording', 'endedAt'),
  {
    key: 'duration_seconds',
    title: 'Duration',
    help: 'number; up to 3 decimals',
    value: ({ durationSeconds }) => durationSeconds,
    friendly: ({ durationSeconds }) => (durationSeconds === null ? '' : formatClock(durationSeconds)),
    rank: 2,
  },
  {
    key: 'from',
    title: 'From',
    help: 'text; E.164 or SIP URI, as given',
    value: ({ from }) => from,
    rank: 5,
    wanted: true,
  },
  { key: 'to', title: 'To', help: 'text; E.164 or SIP URI, as given', value: ({ to }) => to, rank: 6, wanted: true },
  { key: 'call_id', title: 'Call', help: 'text; the recorded call or leg', value: ({ callId }) => callId },
  { key: 'leg_type', title: 'Leg', help: '`pstn` `sip` `webrtc`', value: ({ legType }) => legType },
  { key: 'conference_id', title: 'Conference', help: 'text', value: ({ conferenceId }) => conferenceId },
  {
    key: 'conference_name',
    title: 'Conference name',
    help: 'text; as given by who opened it',
    value: ({ conferenceName }) => conferenceName,
    rank: 4.5,
    wanted: true,
  },
  {
    key: 'room_session_id',
    title: 'Room session',
    help: 'text',
    value: ({ roomSessionId }) => roomSessionId,
    rank: 13,
  },
  { key: 'channels', title: 'Channels', help: '1 or 2', value: ({ channels }) => channels, rank: 12 },
  { key: 'track', title: 'Track', help: '`inbound`, `outbound`, `both`, or as given', value: ({ track }) => track },
  {
    key: 'formats',
    title: 'Formats',
    help: 'list of `mp3` `wav` `mp4`, the native one first; separated by spaces in CSV',
    value: ({ formats }) => formats,
    rank: 7,
  },
  {
    key: 'size_bytes',
    title: 'Size',
    help: 'integer; bytes of the native media',
    value: ({ sizeBytes }) => sizeBytes,
    friendly: ({ sizeBytes }) => (sizeBytes === null ? '' : decimalBytes(sizeBytes)),
    rank: 11,
  },
  { key: 'price', title: 'Price', help: 'decimal text, positive; cost of the recording', value: ({ price }) => price },
  { key: 'currency', title: 'Currency', help: 'ISO 4217', value: ({ currency }) => currency },
  { key: 'source', title: 'Source', help: 'text; what started it, such as `RecordVerb`', value: (row) => row.source },
  { key: 'error_code', title: 'Error', help: 'text', value: ({ errorCode }) => errorCode },
  { key: 'encrypted', title: 'Encrypted', help: 'boolean; the bytes are ciphertext', value: (row) => row.encrypted },
];

const tones: Readonly<Record<Status, Tone>> = {
  completed: 'good',
  in_progress: 'busy',
  paused: 'busy',
  processing: 'busy',
  failed: 'bad',
  absent: 'faint',
  deleted: 'faint',
  unknown: 'faint',
};

/** Only when asked for: such links are often secrets by themselves. */
export const mediaUrlColumn: RecordingColumn = {
  key: 'media_url',
  title: 'Media URL',
  help: 'text; only with `--urls` or by name; such a link is often a secret',
  value: ({ mediaUrl }) => mediaUrl,
  whole: true,
};

/** Only when asked for, in JSON and NDJSON. */
export const rawColumn: RecordingColumn = {
  key: 'raw',
  title: 'Raw',
  help: "object; only with `--raw`, in JSON and NDJSON: the provider's object as received",
  value: ({ raw }) => raw,
};

/** The order of columns in a table, where the id comes last so that a long one never breaks the alignment. */
export const tableOrder = (shown: readonly RecordingColumn[]): readonly RecordingColumn[] => {
  const place = (column: RecordingColumn): number => tableKeys.indexOf(column.key);
  return [...shown].sort((one, other) => place(one) - place(other));
};

const tableKeys = [
  'created_at',
  'duration_seconds',
  'kind',
  'status',
  'from',
  'to',
  'conference_name',
  'channels',
  'formats',
  'size_bytes',
  'profile',
  'provider',
  'api',
  'room_session_id',
  'id',
];

/** `12 MB`, in steps of a thousand. */
export const decimalBytes = (count: number): string => {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  const step = Math.min(units.length - 1, Math.max(0, Math.floor(Math.log10(Math.max(count, 1)) / 3)));
  const amount = count / 1000 ** step;
  return `${step === 0 ? amount : amount.toFixed(amount < 10 ? 1 : 0)} ${units[step]}`;
};

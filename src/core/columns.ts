import type { Recording, Status } from './recording.ts';
import { formatClock } from './time/duration.ts';
import type { Zone } from './time/zone.ts';
import { type Column, localInstant, type Tone } from './view.ts';

/** A column of recordings. `help` gives its type and meaning, for the README's table of fields. */
export interface RecordingColumn extends Column<Recording> {
  readonly help: string;
}

type TimeField = 'createdAt' | 'updatedAt' | 'startedAt' | 'endedAt';

const time = (key: string, title: string, help: string, field: TimeField): RecordingColumn => ({
  key,
  title,
  help: `RFC 3339, UTC, milliseconds; ${help}`,
  value: (recording) => recording[field],
  friendly: (recording: Recording, zone: Zone) => localInstant(recording[field], zone),
  holds: 'time',
});

/** The fields of a recording, in the order of JSON and CSV. Scripts depend on the order: new columns are only appended. */
export const columns: readonly RecordingColumn[] = [
  {
    key: 'id',
    title: 'ID',
    help: "text; the provider's id of the recording, opaque",
    value: ({ id }) => id,
    shrinkable: true,
  },
  {
    key: 'provider',
    title: 'Provider',
    help: 'text; the vendor',
    value: ({ provider }) => provider,
  },
  {
    key: 'api',
    title: 'API',
    help: "text; the vendor's API",
    value: ({ api }) => api,
  },
  {
    key: 'profile',
    title: 'Profile',
    help: 'text; the profile it was listed with',
    value: ({ profile }) => profile,
  },
  { key: 'account_id', title: 'Account', help: 'text; project, account or auth id', value: (row) => row.accountId },
  {
    key: 'kind',
    title: 'Kind',
    help: '`call` `conference` `room` `unknown`',
    value: ({ kind }) => kind,
  },
  {
    key: 'status',
    title: 'Status',
    help: '`in_progress` `paused` `processing` `completed` `absent` `failed` `deleted` `unknown`',
    value: ({ status }) => status,
    friendly: ({ status }) => status.replace('_', ' '),
    tone: ({ status }) => tones[status],
  },
  {
    key: 'provider_status',
    title: 'Provider status',
    help: "text; the provider's own status word",
    value: ({ providerStatus }) => providerStatus,
  },
  time('created_at', 'Created', 'when the provider stored the recording', 'createdAt'),
  time('updated_at', 'Updated', 'last change of the record', 'updatedAt'),
  time('started_at', 'Started', 'start of the recording', 'startedAt'),
  time('ended_at', 'Ended', 'end of the recording', 'endedAt'),
  {
    key: 'duration_seconds',
    title: 'Duration',
    help: 'number; up to 3 decimals',
    value: ({ durationSeconds }) => durationSeconds,
    friendly: ({ durationSeconds }) => (durationSeconds === null ? '' : formatClock(durationSeconds)),
  },
  {
    key: 'from',
    title: 'From',
    help: 'text; E.164 or SIP URI, as given',
    value: ({ from }) => from,
    holds: 'phone',
    preferred: true,
  },
  {
    key: 'to',
    title: 'To',
    help: 'text; E.164 or SIP URI, as given',
    value: ({ to }) => to,
    holds: 'phone',
    preferred: true,
  },
  { key: 'call_id', title: 'Call', help: 'text; the recorded call or leg', value: ({ callId }) => callId },
  { key: 'leg_type', title: 'Leg', help: '`pstn` `sip` `webrtc`', value: ({ legType }) => legType },
  { key: 'conference_id', title: 'Conference', help: 'text', value: ({ conferenceId }) => conferenceId },
  {
    key: 'conference_name',
    title: 'Conference name',
    help: 'text; as given by whoever opened the conference',
    value: ({ conferenceName }) => conferenceName,
    preferred: true,
  },
  {
    key: 'room_session_id',
    title: 'Room session',
    help: 'text',
    value: ({ roomSessionId }) => roomSessionId,
  },
  { key: 'channels', title: 'Channels', help: '1 or 2', value: ({ channels }) => channels },
  { key: 'track', title: 'Track', help: '`inbound`, `outbound`, `both`, or as given', value: ({ track }) => track },
  {
    key: 'formats',
    title: 'Formats',
    help: 'list of `mp3` `wav` `mp4`, native format first; separated by spaces in CSV',
    value: ({ formats }) => formats,
  },
  {
    key: 'size_bytes',
    title: 'Size',
    help: 'integer; bytes of the media in its native format',
    value: ({ sizeBytes }) => sizeBytes,
    friendly: ({ sizeBytes }) => (sizeBytes === null ? '' : formatBytes(sizeBytes)),
  },
  {
    key: 'price',
    title: 'Price',
    help: 'decimal text, positive; cost of the recording',
    value: ({ price }) => price,
    holds: 'decimal',
  },
  { key: 'currency', title: 'Currency', help: 'ISO 4217', value: ({ currency }) => currency },
  {
    key: 'source',
    title: 'Source',
    help: 'text; what started the recording, such as `RecordVerb`',
    value: (row) => row.source,
  },
  { key: 'error_code', title: 'Error', help: 'text', value: ({ errorCode }) => errorCode },
  { key: 'encrypted', title: 'Encrypted', help: 'boolean; the media is encrypted', value: (row) => row.encrypted },
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

/** Shown only on request: anyone who has such a link can often fetch the media. */
export const mediaUrlColumn: RecordingColumn = {
  key: 'media_url',
  title: 'Media URL',
  help: 'text; only with `--urls` or `--fields`; treat such links as secrets',
  value: ({ mediaUrl }) => mediaUrl,
  neverTruncate: true,
};

/** Shown only on request, in JSON and NDJSON. */
export const rawColumn: RecordingColumn = {
  key: 'raw',
  title: 'Raw',
  help: "object; only with `--raw` or `--fields`, in JSON and NDJSON: the provider's object as received",
  value: ({ raw }) => raw,
};

/** A number of bytes in decimal units, such as `12 MB`. */
export const formatBytes = (count: number): string => {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  const step = Math.min(units.length - 1, Math.max(0, Math.floor(Math.log10(Math.max(count, 1)) / 3)));
  const amount = count / 1000 ** step;
  return `${step === 0 ? amount : amount.toFixed(amount < 10 ? 1 : 0)} ${units[step]}`;
};

import { columns, mediaUrlColumn, type RecordingColumn, rawColumn } from './columns.ts';
import type { CallDetails, Recording } from './recording.ts';
import { formatClock } from './time/duration.ts';
import type { Zone } from './time/zone.ts';
import { localInstant } from './view.ts';

const time = (key: string, title: string, help: string, field: 'startedAt' | 'endedAt'): RecordingColumn => ({
  key,
  title,
  help: `RFC 3339, UTC, milliseconds; ${help}`,
  value: ({ call }) => call?.[field] ?? null,
  friendly: ({ call }: Recording, zone: Zone) => localInstant(call?.[field] ?? null, zone),
  holds: 'time',
});

const ofCall = (
  key: string,
  title: string,
  help: string,
  field: keyof CallDetails,
  holds?: 'phone',
): RecordingColumn => ({
  key,
  title,
  help,
  value: ({ call }) => call?.[field] ?? null,
  ...(holds === undefined ? {} : { holds }),
});

/** What the call of a recording says, after the other fields: shown only on request, since it costs further requests. */
export const callColumns: readonly RecordingColumn[] = [
  ofCall('direction', 'Direction', '`inbound` `outbound`', 'direction'),
  ofCall('call_status', 'Call status', "text; the provider's own word for how the call ended", 'status'),
  time('call_started_at', 'Call started', 'start of the call or room session', 'startedAt'),
  time('call_ended_at', 'Call ended', 'end of the call or room session', 'endedAt'),
  {
    ...ofCall('call_duration_seconds', 'Call duration', 'number; up to 3 decimals', 'durationSeconds'),
    friendly: ({ call }) => (call?.durationSeconds == null ? '' : formatClock(call.durationSeconds)),
  },
  ofCall('parent_call_id', 'Parent call', 'text; the call that dialled the recorded one', 'parentId'),
  ofCall(
    'dialed_to',
    'Dialed to',
    'list of text; the numbers that the call dialled, each once; separated by spaces in CSV',
    'dialedTo',
    'phone',
  ),
  ofCall('answered_by', 'Answered by', 'text; a person or a machine, if the call was made to find out', 'answeredBy'),
  ofCall('caller_name', 'Caller name', 'text; the name of the caller, if it was looked up', 'callerName'),
  ofCall('forwarded_from', 'Forwarded from', 'text; the number that forwarded the call', 'forwardedFrom', 'phone'),
];

/** The fields of a recording and those of its call, by which recordings can be ordered and shown in a table. */
export const recordingColumns: readonly RecordingColumn[] = [...columns, ...callColumns];

/** Every field that `--fields` can name: also the links and the provider's own object. */
export const everyColumn: readonly RecordingColumn[] = [...recordingColumns, mediaUrlColumn, rawColumn];

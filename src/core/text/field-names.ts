/** Everyday names of fields and the titles of their columns, and the keys that are meant. */
const otherNames: Readonly<Record<string, string>> = {
  caller: 'from',
  callee: 'to',
  duration: 'duration_seconds',
  length: 'duration_seconds',
  created: 'created_at',
  updated: 'updated_at',
  started: 'started_at',
  ended: 'ended_at',
  size: 'size_bytes',
  bytes: 'size_bytes',
  cost: 'price',
  format: 'formats',
  dir: 'direction',
  account: 'account_id',
  call: 'call_id',
  leg: 'leg_type',
  conference: 'conference_id',
  room_session: 'room_session_id',
  error: 'error_code',
  call_started: 'call_started_at',
  call_ended: 'call_ended_at',
  call_duration: 'call_duration_seconds',
  call_length: 'call_duration_seconds',
  parent_call: 'parent_call_id',
};

/** The everyday names, without those that are keys themselves. */
export const everydayNames: readonly string[] = Object.keys(otherNames);

/** The key of a field as typed: case does not count, nor `-` or a space for `_`, and everyday names are those of the fields. */
export const fieldKey = (typed: string): string => {
  const key = typed.trim().toLowerCase().replaceAll(/[ -]/g, '_');
  return Object.hasOwn(otherNames, key) ? (otherNames[key] ?? key) : key;
};

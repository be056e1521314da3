import { recordingColumns } from '../call-columns.ts';
import type { Recording } from '../recording.ts';
import { everyCallField } from './fields.ts';
import { LONGEST_CALL } from './held-calls.ts';

const readers = new Map(recordingColumns.map(({ key, value }) => [key, value] as const));

const says = (recording: Recording, key: string): boolean => {
  const value = readers.get(key)?.(recording);
  return value !== null && value !== undefined;
};

/** Whether a recording says all of some fields, so that its call need not be asked for. */
export const saysAll = (recording: Recording, fields: readonly string[]): boolean =>
  recording.call?.isFinal === true ||
  fields.every((key) => says(recording, key) && (recording.call === null || !changing.includes(key)));

/** What calls say that changes while they go on. */
const changing = ['call_status', 'call_ended_at', 'call_duration_seconds', 'dialed_to', 'answered_by'];

/** Whether fields that calls say may have other values in a later run: the call goes on, or is not listed yet, and may be young. */
export const mayChange = (recording: Recording, fields: readonly string[], now: number): boolean => {
  const { call, createdAt } = recording;
  if (call === null || call.isFinal || (createdAt !== null && now - Date.parse(createdAt) > LONGEST_CALL)) return false;
  return fields.some((key) => !says(recording, key) || changing.includes(key));
};

/**
 * Whether the name of a recording's file is the one that every later run gives it: `pending` if its call may say something else then,
 * `failed` if it could not be read.
 */
export const nameReadiness = (
  recording: Recording,
  keys: readonly string[],
  now: number,
): 'ready' | 'pending' | 'failed' => {
  const fields = keys.filter((key) => everyCallField.includes(key));
  if (recording.call?.answer === 'failed' && !fields.every((key) => says(recording, key))) return 'failed';
  return mayChange(recording, fields, now) ? 'pending' : 'ready';
};

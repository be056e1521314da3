import type { CallList } from '../provider.ts';
import type { Call, CallDetails, Instant, Recording } from '../recording.ts';

/** A recording with what an entry of a list says of it, where the recording does not say it itself. */
export const complete = (
  recording: Recording,
  key: CallList['key'],
  entry: Call,
  legs: readonly Call[] | undefined,
): Recording => {
  if (key === 'conferenceId') return { ...recording, conferenceName: recording.conferenceName ?? entry.name };
  if (key === 'roomSessionId')
    return { ...recording, conferenceName: recording.conferenceName ?? entry.name, call: detailsOf(entry, undefined) };
  return {
    ...recording,
    from: recording.from ?? entry.from,
    to: recording.to ?? entry.to,
    call: detailsOf(entry, legs),
  };
};

/** A recording whose entry was not found, or could not be read; final if no later run will find it either. */
export const withoutEntry = (
  recording: Recording,
  { answer, isFinal }: Pick<CallDetails, 'answer' | 'isFinal'>,
): Recording => ({ ...recording, call: { ...(recording.call ?? nothing), answer, isFinal } });

const nothing: Omit<CallDetails, 'answer' | 'isFinal'> = {
  direction: null,
  status: null,
  startedAt: null,
  endedAt: null,
  durationSeconds: null,
  parentId: null,
  dialedTo: null,
  answeredBy: null,
  callerName: null,
  forwardedFrom: null,
};

const detailsOf = (entry: Call, legs: readonly Call[] | undefined): CallDetails => ({
  answer: 'found',
  direction: entry.direction,
  status: entry.status,
  startedAt: entry.startedAt,
  endedAt: entry.endedAt,
  durationSeconds: entry.durationSeconds,
  parentId: entry.parentId,
  dialedTo: legs === undefined ? null : dialedNumbers(legs),
  answeredBy: entry.answeredBy,
  callerName: entry.callerName,
  forwardedFrom: entry.forwardedFrom,
  isFinal: entry.isFinal && legs?.every(({ isFinal }) => isFinal) !== false,
});

/** The numbers that a call dialled, in the order of time, each once: a group of phones that ring is a leg for each. */
const dialedNumbers = (legs: readonly Call[]): readonly string[] => {
  const inOrder = [...legs].sort((one, other) => compare(timeOf(one), timeOf(other)));
  return [...new Set(inOrder.flatMap(({ to }) => (to === null || to === '' ? [] : [to])))];
};

const timeOf = ({ startedAt, createdAt }: Call): Instant => startedAt ?? createdAt ?? '';

const compare = (one: string, other: string): number => (one < other ? -1 : one > other ? 1 : 0);

import { expect } from 'vitest';
import type { Row } from '../../../src/core/decode.ts';
import { type Call, directions } from '../../../src/core/recording.ts';
import { DAY } from '../../../src/core/time/duration.ts';
import type { CallFormat } from '../call-formats.ts';
import { isTime, textOf } from './expected-records.ts';
import { NOW, type ServedList } from './malformed-lists.ts';
import { madeTimes } from './odd-values.ts';
import { endingOf, openServed, reachedPages } from './read-list.ts';

/** A list of calls as read by an adapter. */
export interface CallReading {
  /** Each once, in the order of their pages. */
  readonly calls: readonly Call[];
  /** Entries were left out. */
  readonly isIncomplete: boolean;
  /** `done`, or the kind of the failure. */
  readonly ending: string;
  /** The parsed rows that a reader reaches, page by page. */
  readonly pages: readonly (readonly unknown[])[];
}

/** Reads a list of calls through its adapter. Rethrows any error that is not a Failure. */
export const readCalls = async (format: CallFormat, served: ServedList): Promise<CallReading> => {
  const { provider, requested } = openServed(format.name.replace(`/${format.related}`, ''), served);
  const list = provider.calls?.find(({ key }) => key === format.key);
  if (list === undefined) throw new Error(`no list of ${format.name}`);
  const calls = new Map<string, Call>();
  let isIncomplete = false;
  const ending = await endingOf(async () => {
    // Within one window of Plivo.
    for await (const { rows, unreadable, incomplete } of list.pages({
      since: new Date(NOW - 20 * DAY).toISOString(),
    })) {
      isIncomplete ||= unreadable > 0 || incomplete !== undefined;
      for (const row of rows) if (!calls.has(row.id)) calls.set(row.id, row);
    }
  });
  return { calls: [...calls.values()], isIncomplete, ending, pages: reachedPages(format, served, requested) };
};

/** Checks that a call has the values of its row and the documented form. */
export const expectCall = (call: Call, row: Row, { texts, times, mail }: CallFormat): void => {
  const expected = Object.fromEntries([
    ...texts.map(([field, ...keys]) => [field, textOf(row, keys)] as const),
    ...times.flatMap(([field, key]) => {
      const made = typeof row[key] === 'string' ? madeTimes.get(row[key]) : undefined;
      return made === undefined || (made.form === 'mail' && !mail) ? [] : [[field, made.instant] as const];
    }),
  ]);
  const given = Object.fromEntries(Object.keys(expected).map((field) => [field, call[field as keyof Call]]));
  const malformed = forms.flatMap(([field, holds]) => (holds(call[field]) ? [] : [field]));
  // Compared as text first, because a comparison by the library takes most of the time.
  if (JSON.stringify([given, malformed]) === JSON.stringify([expected, []])) return;
  expect({ given, malformed }).toEqual({ given: expected, malformed: [] });
};

const orNull =
  (holds: (value: unknown) => boolean) =>
  (value: unknown): boolean =>
    value === null || holds(value);
const isText = orNull((value) => typeof value === 'string' && value !== '');

/** The form of each field. */
const forms: readonly (readonly [field: keyof Call, holds: (value: unknown) => boolean])[] = [
  ['id', (value) => typeof value === 'string' && value !== ''],
  ...(['createdAt', 'startedAt', 'endedAt'] as const).map((field) => [field, orNull(isTime)] as const),
  ...(['parentId', 'from', 'to', 'status', 'answeredBy', 'callerName', 'forwardedFrom', 'name'] as const).map(
    (field) => [field, isText] as const,
  ),
  ['direction', orNull((value) => directions.some((direction) => direction === value))],
  ['durationSeconds', orNull((value) => typeof value === 'number' && /^\d+(?:\.\d{1,3})?$/.test(String(value)))],
  ['isFinal', (value) => typeof value === 'boolean'],
];

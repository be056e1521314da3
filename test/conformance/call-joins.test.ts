import { describe, expect, test } from 'vitest';
import { callColumns } from '../../src/core/call-columns.ts';
import { openCallCompletion } from '../../src/core/calls/completion.ts';
import { everyCallField } from '../../src/core/calls/fields.ts';
import { columns } from '../../src/core/columns.ts';
import type { Failure } from '../../src/core/failure.ts';
import type { ApiDefinition, CallList } from '../../src/core/provider.ts';
import { listAll, listsOf, openOnSandbox, registry, sandboxApiOf } from '../support/open-provider.ts';

/* Recordings of every API are completed from its calls, conferences and room sessions. */

/** The newest recordings of an API, completed from its calls: these are listed, or requested one by one. */
const completed = async (definition: ApiDefinition, count: number, isListed: boolean) => {
  const { answerKey } = sandboxApiOf(definition);
  const { provider } = await openOnSandbox(definition);
  const recordings = await listAll(provider, {}, count);
  const fail = (_: CallList, failure: Failure): never => {
    throw failure;
  };
  const failIncomplete = (_: CallList, message: string): never => {
    throw new Error(message);
  };
  const completion = openCallCompletion(
    { provider, definition },
    { callFields: everyCallField },
    answerKey.now,
    { countPages: () => () => {}, onIncomplete: failIncomplete, onFailure: fail, onRefused: fail, debug: () => {} },
    isListed,
  );
  const filled = await completion.fill(recordings);
  await completion.close();
  const rows = filled.map((row) =>
    Object.fromEntries([...columns, ...callColumns].map(({ key, value }) => [key, value(row)])),
  );
  const missing = completion.missing().reduce((sum, { recordings: lost }) => sum + lost, 0);
  return { rows, missing, recordings };
};

/** Whether one entry, with the legs of a call, can be had without its list. */
const canBeAsked = ({ key, find, filters }: CallList): boolean =>
  find !== undefined && (key !== 'callId' || filters.includes('parent'));

describe.each(registry.filter(([, definition]) => listsOf(definition).length > 0))(
  'the calls of %s',
  (_, definition) => {
    const ways = listsOf(definition).every(canBeAsked) ? [true, false] : [true];

    test.each(ways)('say of the newest recording what the answer key has (listed: %j)', async (isListed) => {
      const { expectedWithCalls } = sandboxApiOf(definition).answerKey;
      const { rows, missing } = await completed(definition, 1, isListed);
      expect(expectedWithCalls).toBeDefined();
      expect(rows).toMatchObject([expectedWithCalls ?? {}]);
      expect(missing).toBe(0);
    });

    test.each(ways)('complete every recording but a few, and each alike (listed: %j)', async (isListed) => {
      const { rows, missing, recordings } = await completed(definition, 1000, isListed);
      const listed = await completed(definition, 1000, true);
      expect(rows).toEqual(listed.rows);
      expect(missing).toBe(listed.missing);
      expect(missing).toBeLessThan(rows.length / 10);
      expect(rows.map(({ id }) => id)).toEqual(recordings.map(({ id }) => id));
      const isCompleted = rows.filter(({ from, conference_name: name }) => from !== null || name !== null);
      expect(isCompleted.length).toBeGreaterThan(rows.length * 0.8);
    });
  },
);

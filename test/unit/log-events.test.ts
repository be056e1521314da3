import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { logEvents } from '../../src/core/log-events.ts';

const root = join(import.meta.dirname, '../../src');
const names: readonly string[] = logEvents.map(({ event }) => event);

test('the log events that scripts select by keep their names, and no name occurs twice', () => {
  expect(names).toEqual(
    expect.arrayContaining([
      'request',
      'retry',
      'filter.pushdown',
      'listing.window',
      'listing.resumed',
      'listing.stopped_early',
      'listing.restarted',
      'download.resumed',
      'field.unreadable',
      'completion.cache_failed',
    ]),
  );
  expect(new Set(names).size).toBe(names.length);
});

test('each log event has a one-sentence meaning for the documentation', () => {
  for (const { event, meaning } of logEvents) expect(meaning, event).toMatch(/^[A-Z][^\n]*[^.]\.$/);
});

test('each log event is used by some module', () => {
  const sources = readdirSync(root, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts') && file !== join('core', 'log-events.ts'))
    .map((file) => readFileSync(join(root, file), 'utf8'))
    .join('\n');
  expect(names.filter((name) => !sources.includes(`'${name}'`))).toEqual([]);
});

import { expect, test } from 'vitest';
import { openGate, retryAfter } from '../../src/system/waiting.ts';

const now = Date.parse('2026-11-20T12:00:00Z');

test.each([
  ['2', 2000],
  ['0', 0],
  [' 3 ', 3000],
  ['99999999', 99_999_999_000],
  ['Fri, 20 Nov 2026 12:00:03 GMT', 3000],
  ['Fri, 20 Nov 2026 11:59:59 GMT', undefined],
  ['-1', undefined],
  ['abc', undefined],
  ['1e9', undefined],
  ['1.5', undefined],
  ['', undefined],
  ['2, 2', undefined],
  ['2026-11-20T12:00:03Z', undefined],
  [null, undefined],
])('Retry-After %j demands %j ms', (header, expected) => {
  expect(retryAfter(header, now)).toBe(expected);
});

test('a gate lets so many pass at once, and the next when the oldest is a span ago', async () => {
  const gate = openGate({ requests: 3, milliseconds: 60 });
  const { signal } = new AbortController();
  const started = performance.now();
  const passed: number[] = [];
  for (let request = 0; request < 7; request++) {
    await gate.pass(signal);
    passed.push(performance.now() - started);
  }
  for (const [index, time] of passed.entries()) expect(time - (passed[index - 3] ?? -60)).toBeGreaterThanOrEqual(59);
});

test('a pause holds those who are waiting already, too', async () => {
  const gate = openGate({ requests: 1, milliseconds: 20 });
  const { signal } = new AbortController();
  await gate.pass(signal);
  const started = performance.now();
  const waiting = gate.pass(signal);
  gate.pause(80);
  expect(gate.pausedFor()).toBeGreaterThan(70);
  await waiting;
  expect(performance.now() - started).toBeGreaterThanOrEqual(79);
});

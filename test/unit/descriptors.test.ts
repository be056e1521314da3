import { expect, test } from 'vitest';
import { Failure } from '../../src/core/failure.ts';
import { isTransient, RetryableError, systemLimitFailure } from '../../src/system/errors.ts';
import { connectionFailure } from '../../src/system/net/api-response.ts';
import { openDescriptorPace } from '../../src/system/net/pacing/descriptors.ts';

const { signal } = new AbortController();

const noDescriptor = (code = 'EMFILE'): Error => Object.assign(new Error('connect'), { code });

/** Tasks that each need one of some descriptors for a moment. */
const tasksWith = (descriptors: number) => {
  const seen = { open: 0, failed: 0, most: 0, repeated: 0, freed: 0 };
  const withDescriptors = openDescriptorPace(() => void seen.freed++);
  const run = (): Promise<void> =>
    withDescriptors(async (isRepeated) => {
      if (isRepeated) seen.repeated++;
      await Promise.resolve();
      if (seen.open >= descriptors) {
        seen.failed++;
        throw new Failure('local', 'a file cannot be opened', { cause: noDescriptor() });
      }
      seen.open++;
      seen.most = Math.max(seen.most, seen.open);
      await new Promise((resolve) => setTimeout(resolve, 5));
      seen.open--;
    }, signal);
  return { seen, run };
};

test('tasks that find no descriptor are repeated, fewer at a time', async () => {
  const { seen, run } = tasksWith(5);
  await Promise.all(Array.from({ length: 40 }, run));
  expect(seen).toMatchObject({ open: 0, most: 5, repeated: seen.failed, freed: seen.failed });
  expect(seen.failed).toBeGreaterThan(0);
  expect(seen.failed).toBeLessThan(120);
});

test('a task that finds no descriptor while no other runs fails', async () => {
  const { seen, run } = tasksWith(0);
  await expect(run()).rejects.toMatchObject({ kind: 'local' });
  expect(seen.failed).toBe(1);
  const results = await Promise.allSettled(Array.from({ length: 8 }, run));
  expect(results.every(({ status }) => status === 'rejected')).toBe(true);
});

test('any other error of a task is thrown at once', async () => {
  const withDescriptors = openDescriptorPace(() => {});
  await expect(withDescriptors(() => Promise.reject(new Error('other')), signal)).rejects.toThrow('other');
});

test('a descriptor that is missing anywhere else, as for a module, is no bug of recx', () => {
  expect(systemLimitFailure(noDescriptor())).toMatchObject({
    kind: 'local',
    message: 'too many open files (EMFILE)',
    hint: expect.stringContaining('ulimit -n'),
  });
  expect(systemLimitFailure(new Error('other'))).toBeUndefined();
});

test.each(['EMFILE', 'ENFILE'])(
  'a connection that fails with %s is an error of this machine, not of the network',
  (code) => {
    const error = new TypeError('fetch failed', { cause: noDescriptor(code) });
    expect(isTransient(error)).toBe(false);
    for (const one of [error, new RetryableError('too many open files', { cause: error })]) {
      const failure = connectionFailure(one, 'api.example', 4, { provider: 'a', api: 'b', profile: 'c' });
      expect(failure).toMatchObject({ kind: 'local', hint: expect.stringContaining('ulimit -n') });
      expect(failure.message).toContain('too many open files');
    }
  },
);

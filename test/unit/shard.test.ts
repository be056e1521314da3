import { expect, test } from 'vitest';
import { inShard, parseShard } from '../../src/core/download/shard.ts';
import { Failure } from '../../src/core/failure.ts';

const ids = Array.from({ length: 3000 }, (_, index) => `RE${index.toString(16).padStart(32, '0')}`);

test.each([1, 2, 3, 7, 16])('%i shards hold each recording once, about as many in each', (count) => {
  const shards = Array.from({ length: count }, (_, index) => parseShard(`${index + 1}/${count}`, {}));
  const sizes = shards.map((shard) => ids.filter((id) => inShard(id, shard)).length);
  for (const id of ids) expect(shards.filter((shard) => inShard(id, shard))).toHaveLength(1);
  for (const size of sizes) expect(Math.abs(size - ids.length / count)).toBeLessThan((ids.length / count) * 0.25 + 1);
});

test('shards counted from 0 are the same shards', () => {
  const last = parseShard('4/4', {});
  expect(ids.filter((id) => inShard(id, parseShard('0/4', {})))).toEqual(ids.filter((id) => inShard(id, last)));
});

test('which shard an id is in never changes', () => {
  const shardOf = (id: string): number | undefined =>
    [1, 2, 3, 4, 5].find((number) => inShard(id, parseShard(`${number}/5`, {})));
  expect(['RE1', '5b080672-6da2-3c2f-e89b-9607e8947678', 'ü'].map(shardOf)).toEqual([3, 1, 5]);
});

test.each([
  ['Cloud Run', { CLOUD_RUN_TASK_INDEX: '0', CLOUD_RUN_TASK_COUNT: '4' }, 1, 4],
  ['AWS Batch', { AWS_BATCH_JOB_ARRAY_INDEX: '9', AWS_BATCH_JOB_ARRAY_SIZE: '10' }, 10, 10],
  ['Slurm', { SLURM_ARRAY_TASK_ID: '3', SLURM_ARRAY_TASK_MIN: '1', SLURM_ARRAY_TASK_COUNT: '8' }, 3, 8],
  [
    'Slurm with a step',
    { SLURM_ARRAY_TASK_ID: '20', SLURM_ARRAY_TASK_MIN: '10', SLURM_ARRAY_TASK_STEP: '5', SLURM_ARRAY_TASK_COUNT: '3' },
    ...([3, 3] as const),
  ],
  ['Kubernetes', { JOB_COMPLETION_INDEX: '2', JOB_COMPLETIONS: '3' }, 3, 3],
] as const)('auto in a task of %s', (name, env, number, count) => {
  const shard = parseShard('auto', env);
  expect([shard.number, shard.count]).toEqual([number, count]);
  expect(shard.source).toContain(name.split(' with')[0]);
});

test.each([
  ['nothing', {}],
  ['no count', { JOB_COMPLETION_INDEX: '2' }],
  ['no number', { CLOUD_RUN_TASK_INDEX: 'x', CLOUD_RUN_TASK_COUNT: '4' }],
  ['too few', { CLOUD_RUN_TASK_INDEX: '4', CLOUD_RUN_TASK_COUNT: '4' }],
  ['gaps', { SLURM_ARRAY_TASK_ID: '9', SLURM_ARRAY_TASK_MIN: '1', SLURM_ARRAY_TASK_COUNT: '3' }],
] as const)('auto with %s is refused', (_, env) => {
  expect(() => parseShard('auto', env)).toThrow(Failure);
});

test.each(['', '1', '1/0', '5/4', '-1/4', '1/x', '1.5/2', 'AUTO'])('%j is no shard', (text) => {
  expect(() => parseShard(text, {})).toThrow(Failure);
});

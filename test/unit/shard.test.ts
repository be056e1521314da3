import { expect, test } from 'vitest';
import { inShard, parseShard } from '../../src/core/download/shard.ts';
import { Failure } from '../../src/core/failure.ts';

const ids = Array.from({ length: 3000 }, (_, index) => `RE${index.toString(16).padStart(32, '0')}`);

test.each([1, 2, 3, 7, 16])('%i shards contain each recording exactly once and are about equally large', (count) => {
  const shards = Array.from({ length: count }, (_, index) => parseShard(`${index + 1}/${count}`, {}));
  const sizes = shards.map((shard) => ids.filter((id) => inShard(id, shard)).length);
  for (const id of ids) expect(shards.filter((shard) => inShard(id, shard))).toHaveLength(1);
  for (const size of sizes) expect(Math.abs(size - ids.length / count)).toBeLessThan((ids.length / count) * 0.25 + 1);
});

test('shard 0 of n is the same shard as n of n', () => {
  const last = parseShard('4/4', {});
  expect(ids.filter((id) => inShard(id, parseShard('0/4', {})))).toEqual(ids.filter((id) => inShard(id, last)));
});

test('the shard of an id never changes between versions', () => {
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
  ['Slurm srun', { SLURM_PROCID: '0', SLURM_NTASKS: '4' }, 1, 4],
  ['Grid Engine', { SGE_TASK_ID: '5', SGE_TASK_FIRST: '1', SGE_TASK_LAST: '8', SGE_TASK_STEPSIZE: '2' }, 3, 4],
  ['GitLab', { CI_NODE_INDEX: '4', CI_NODE_TOTAL: '4' }, 4, 4],
  ['Slurm', { SLURM_ARRAY_TASK_ID: '3', SLURM_ARRAY_TASK_COUNT: '8', SLURM_PROCID: '0', SLURM_NTASKS: '1' }, 4, 8],
  [
    'Kubernetes beside Grid Engine',
    { SGE_TASK_ID: 'undefined', JOB_COMPLETION_INDEX: '2', JOB_COMPLETIONS: '3' },
    ...([3, 3] as const),
  ],
  ['Kubernetes', { JOB_COMPLETION_INDEX: '2', JOB_COMPLETIONS: '3' }, 3, 3],
] as const)('shard auto is read from the environment of a task of %s', (name, env, number, count) => {
  const shard = parseShard('auto', env);
  expect([shard.number, shard.count]).toEqual([number, count]);
  expect(shard.source).toContain(name.split(/ (?:with|beside)/)[0]);
});

test.each([
  ['no variables', {}],
  ['an index without a count', { JOB_COMPLETION_INDEX: '2' }],
  ['an index that is not a number', { CLOUD_RUN_TASK_INDEX: 'x', CLOUD_RUN_TASK_COUNT: '4' }],
  ['an index beyond the count', { CLOUD_RUN_TASK_INDEX: '4', CLOUD_RUN_TASK_COUNT: '4' }],
  [
    'the first task of an array with gaps',
    {
      SLURM_ARRAY_TASK_ID: '3',
      SLURM_ARRAY_TASK_MIN: '3',
      SLURM_ARRAY_TASK_MAX: '5',
      SLURM_ARRAY_TASK_STEP: '1',
      SLURM_ARRAY_TASK_COUNT: '2',
    },
  ],
  ['a Grid Engine array without its end', { SGE_TASK_ID: '3' }],
  ['a GitLab index of zero', { CI_NODE_INDEX: '0', CI_NODE_TOTAL: '4' }],
  ['no tasks', { SLURM_PROCID: '0', SLURM_NTASKS: '0' }],
  ['a negative count', { SLURM_PROCID: '0', SLURM_NTASKS: '-2' }],
  ['an array of tasks with gaps', { SLURM_ARRAY_TASK_ID: '9', SLURM_ARRAY_TASK_MIN: '1', SLURM_ARRAY_TASK_COUNT: '3' }],
] as const)('shard auto is rejected with %s', (_, env) => {
  expect(() => parseShard('auto', env)).toThrow(Failure);
});

test.each(['', '1', '1/0', '5/4', '-1/4', '1/x', '1.5/2', 'AUTO'])('the text %j is rejected as a shard', (text) => {
  expect(() => parseShard(text, {})).toThrow(Failure);
});

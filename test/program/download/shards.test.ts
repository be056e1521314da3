import { describe, expect, test } from 'vitest';
import { expectKept, fileOf, kept, linesOf, type Piece, stocked } from '../../support/stock.ts';
import { relay, wires } from '../../support/wires.ts';

const pieces: readonly Piece[] = Array.from({ length: 30 }, (_, index) => ({ id: `id-${index}` }));
const everything = pieces.map(({ id }) => id).sort();

/** The variables that each batch system sets for the second of three tasks. */
const systems: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'Cloud Run': { CLOUD_RUN_TASK_INDEX: '1', CLOUD_RUN_TASK_COUNT: '3' },
  'AWS Batch': { AWS_BATCH_JOB_ARRAY_INDEX: '1', AWS_BATCH_JOB_ARRAY_SIZE: '3' },
  Slurm: {
    SLURM_ARRAY_TASK_ID: '1',
    SLURM_ARRAY_TASK_COUNT: '3',
    SLURM_ARRAY_TASK_MIN: '0',
    SLURM_ARRAY_TASK_STEP: '1',
  },
  'Slurm, from 1': {
    SLURM_ARRAY_TASK_ID: '2',
    SLURM_ARRAY_TASK_COUNT: '3',
    SLURM_ARRAY_TASK_MIN: '1',
    SLURM_ARRAY_TASK_MAX: '3',
  },
  'Slurm, by tens': {
    SLURM_ARRAY_TASK_ID: '20',
    SLURM_ARRAY_TASK_COUNT: '3',
    SLURM_ARRAY_TASK_MIN: '10',
    SLURM_ARRAY_TASK_STEP: '10',
  },
  Kubernetes: { JOB_COMPLETION_INDEX: '1', JOB_COMPLETIONS: '3' },
};

describe.concurrent.each(wires)('shards of $profile', (wire) => {
  test('are disjoint and together complete, for a list and for ids, when run in parallel in one folder', async () => {
    const stock = await stocked(wire, pieces);
    const shards = ['1/3', '2/3', '3/3'];
    const runs = await Promise.all(shards.map((shard) => stock.download('--shard', shard)));
    for (const { code } of runs) expect(code).toBe(0);
    // No recording was downloaded twice.
    expect(stock.media).toHaveLength(30);
    expectKept(stock.out, kept(wire, Object.fromEntries(everything.map((id) => [id, fileOf(wire)]))));
    const parts: string[][] = [];
    for (const [index, shard] of shards.entries()) {
      const folder = stock.folderOf(`part-${index}`);
      expect((await stock.fetch('--dir', folder, '--shard', shard, ...everything)).code).toBe(0);
      parts.push(linesOf(folder).map(({ id }) => String(id)));
      expect(parts.at(-1)?.length).toBeGreaterThan(2);
    }
    expect(parts.flat().sort()).toEqual(everything);
    expect(await stock.download('--shard', '0/3', '--dry-run')).toMatchObject({ code: 0 });
  });
});

describe.concurrent('--shard', () => {
  test('auto reads the shard from the variables of the batch system', async () => {
    const stock = await stocked(relay, pieces);
    const second = stock.folderOf('second');
    expect((await stock.download('--dir', second, '--shard', '2/3')).code).toBe(0);
    const ids = linesOf(second)
      .map(({ id }) => id)
      .sort();
    for (const [name, env] of Object.entries(systems)) {
      const folder = stock.folderOf(name.replaceAll(/\W/g, '-'));
      const { code, err } = await stock.run(['download', '-p', 'relay', '--dir', folder, '--shard', 'auto'], { env });
      expect({ name, code }).toEqual({ name, code: 0 });
      expect(err).toMatch(new RegExp(`shard 2 of 3 .*${name.split(',')[0]}`));
      expect(
        linesOf(folder)
          .map(({ id }) => id)
          .sort(),
      ).toEqual(ids);
    }
  });

  test.each<[string, Readonly<Record<string, string>>]>([
    ['no variable is set', {}],
    ['the count is not set', { CLOUD_RUN_TASK_INDEX: '1' }],
    ['Kubernetes sets the index only', { JOB_COMPLETION_INDEX: '1' }],
    ['the index is not a number', { AWS_BATCH_JOB_ARRAY_INDEX: 'x', AWS_BATCH_JOB_ARRAY_SIZE: '3' }],
    ['the index is too large', { AWS_BATCH_JOB_ARRAY_INDEX: '3', AWS_BATCH_JOB_ARRAY_SIZE: '3' }],
    [
      'the task numbers have gaps',
      { SLURM_ARRAY_TASK_ID: '7', SLURM_ARRAY_TASK_COUNT: '3', SLURM_ARRAY_TASK_MIN: '1' },
    ],
  ])('auto is a usage error when %s', async (_, env) => {
    const stock = await stocked(relay, pieces);
    const { code } = await stock.run(['download', '-p', 'relay', '--dir', stock.out, '--shard', 'auto'], { env });
    expect({ code, requests: stock.sandbox.requests.length }).toEqual({ code: 2, requests: 0 });
  });

  test.each(['4/3', '1/0', '-1/3', '1', 'a/b', '1/3/5', '', '1/1000001', '0/0'])(
    'rejects the shard %j',
    async (shard) => {
      const stock = await stocked(relay, pieces);
      expect((await stock.fetch(`--shard=${shard}`)).code).toBe(2);
    },
  );
});

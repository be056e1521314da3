import { describe, expect, test } from 'vitest';
import {
  expectFiles,
  manifestEntries,
  nativeFile,
  openMediaAccount,
  type ServedRecording,
  withExtensions,
} from '../../support/media-account.ts';
import { relay, wireFormats } from '../../support/wire-formats.ts';

const recordings: readonly ServedRecording[] = Array.from({ length: 30 }, (_, index) => ({ id: `id-${index}` }));
const everything = recordings.map(({ id }) => id).sort();

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

describe.concurrent.each(wireFormats)('shards of $profile', (wire) => {
  test('are disjoint and together complete, for a list and for ids, when run in parallel in one folder', async () => {
    const account = await openMediaAccount(wire, recordings);
    const shards = ['1/3', '2/3', '3/3'];
    const runs = await Promise.all(shards.map((shard) => account.download('--shard', shard)));
    for (const { code } of runs) expect(code).toBe(0);
    // No recording was downloaded twice.
    expect(account.mediaRequests).toHaveLength(30);
    expectFiles(account.out, withExtensions(wire, Object.fromEntries(everything.map((id) => [id, nativeFile(wire)]))));
    const parts: string[][] = [];
    for (const [index, shard] of shards.entries()) {
      const folder = account.folderNamed(`part-${index}`);
      expect((await account.downloadOnly('--dir', folder, '--shard', shard, ...everything)).code).toBe(0);
      parts.push(manifestEntries(folder).map(({ id }) => String(id)));
      expect(parts.at(-1)?.length).toBeGreaterThan(2);
    }
    expect(parts.flat().sort()).toEqual(everything);
    expect(await account.download('--shard', '0/3', '--dry-run')).toMatchObject({ code: 0 });
  });
});

describe.concurrent('--shard', () => {
  test('auto reads the shard from the variables of the batch system', async () => {
    const account = await openMediaAccount(relay, recordings);
    const second = account.folderNamed('second');
    expect((await account.download('--dir', second, '--shard', '2/3')).code).toBe(0);
    const ids = manifestEntries(second)
      .map(({ id }) => id)
      .sort();
    for (const [name, env] of Object.entries(systems)) {
      const folder = account.folderNamed(name.replaceAll(/\W/g, '-'));
      const { code, err } = await account.run(
        ['download', '-p', 'relay', '--all', '--dir', folder, '--shard', 'auto'],
        { env },
      );
      expect({ name, code }).toEqual({ name, code: 0 });
      expect(err).toMatch(new RegExp(`shard 2 of 3 .*${name.split(',')[0]}`));
      expect(
        manifestEntries(folder)
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
    const account = await openMediaAccount(relay, recordings);
    const { code } = await account.run(['download', '-p', 'relay', '--all', '--dir', account.out, '--shard', 'auto'], {
      env,
    });
    expect({ code, requests: account.sandbox.requests.length }).toEqual({ code: 2, requests: 0 });
  });

  test.each(['4/3', '1/0', '-1/3', '1', 'a/b', '1/3/5', '', '1/1000001', '0/0'])(
    'rejects the shard %j',
    async (shard) => {
      const account = await openMediaAccount(relay, recordings);
      expect((await account.downloadOnly(`--shard=${shard}`)).code).toBe(2);
    },
  );
});

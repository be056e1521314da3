import { Failure } from '../failure.ts';
import { didYouMean } from '../text/did-you-mean.ts';
import { fnv1a } from '../text/fnv1a.ts';

/** One of so many equal parts of all recordings, decided by their ids alone. */
export interface Shard {
  /** From 1 to `count`. */
  readonly number: number;
  readonly count: number;
  /** Who said so, for the user: `--shard`, `Slurm`. */
  readonly source: string;
}

/** Whether a recording belongs to a shard: the FNV-1a hash of its id, modulo the count, is the number (the last one is 0). */
export const inShard = (id: string, { number, count }: Shard): boolean => fnv1a(id) % count === number % count;

type Environment = Readonly<Record<string, string | undefined>>;

/** `i/n` with i from 1 to n (0 stands for n), or `auto` for what a batch system tells its tasks. Throws a usage failure. */
export const parseShard = (text: string, env: Environment): Shard => {
  if (text === 'auto') return automatic(env);
  const [, number = '', count = ''] = /^(\d{1,6})\/(\d{1,6})$/.exec(text) ?? [];
  if (count !== '' && Number(count) > 0 && Number(number) <= Number(count)) {
    return { number: Number(number) || Number(count), count: Number(count), source: '--shard' };
  }
  throw new Failure('usage', `--shard: "${text.slice(0, 60)}" is not a shard`, {
    hint:
      didYouMean(text, ['auto']) ??
      'Write 1/4 to 4/4, or auto in a task of Cloud Run, AWS Batch, Slurm or a Kubernetes Indexed Job',
  });
};

interface System {
  readonly name: string;
  /** The variable of the task's own number. */
  readonly index: string;
  readonly count: string;
  /** Variables of the first number, and of the step between two. */
  readonly first?: string;
  readonly step?: string;
  /** What to do when the count is not told. */
  readonly hint?: string;
}

const systems: readonly System[] = [
  { name: 'Cloud Run', index: 'CLOUD_RUN_TASK_INDEX', count: 'CLOUD_RUN_TASK_COUNT' },
  { name: 'AWS Batch', index: 'AWS_BATCH_JOB_ARRAY_INDEX', count: 'AWS_BATCH_JOB_ARRAY_SIZE' },
  {
    name: 'Slurm',
    index: 'SLURM_ARRAY_TASK_ID',
    count: 'SLURM_ARRAY_TASK_COUNT',
    first: 'SLURM_ARRAY_TASK_MIN',
    step: 'SLURM_ARRAY_TASK_STEP',
  },
  {
    name: 'Kubernetes',
    index: 'JOB_COMPLETION_INDEX',
    count: 'JOB_COMPLETIONS',
    hint: 'Kubernetes tells a task its index alone: set JOB_COMPLETIONS in the container to .spec.completions',
  },
];

/** Where each batch system is asked, for help. */
export const taskVariables = systems.map(({ name, index, count, first, step }) => ({
  name,
  variables: [index, count, first, step].filter((variable) => variable !== undefined),
}));

const automatic = (env: Environment): Shard => {
  const system = systems.find(({ index }) => env[index] !== undefined && env[index] !== '');
  if (system === undefined) {
    throw new Failure('usage', '--shard auto: no batch system says which task this is', {
      hint: `Looked for ${systems.map(({ index }) => index).join(', ')}; or write --shard 1/4`,
    });
  }
  const read = (variable: string, otherwise?: string): number => {
    const value = env[variable] || otherwise;
    if (value !== undefined && /^\d{1,6}$/.test(value)) return Number(value);
    const found = value === undefined ? 'is not set' : 'is not a whole number';
    throw new Failure('usage', `--shard auto: ${system.name} set ${system.index}, but ${variable} ${found}`, {
      hint: value === undefined ? (system.hint ?? 'Write --shard 1/4') : 'Write --shard 1/4',
    });
  };
  const first = system.first === undefined ? 0 : read(system.first, '0');
  const step = system.step === undefined ? 1 : read(system.step, '1') || 1;
  const index = (read(system.index) - first) / step;
  const count = read(system.count);
  if (Number.isInteger(index) && index >= 0 && index < count) {
    return { number: index + 1, count, source: `${system.name} task ${read(system.index)}` };
  }
  throw new Failure('usage', `--shard auto: ${system.name} numbers its tasks with gaps, or ${count} are too few`, {
    hint: 'Write --shard 1/4',
  });
};

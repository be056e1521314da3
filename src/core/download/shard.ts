import { Failure } from '../failure.ts';
import { fnv1a } from '../hash/fnv1a.ts';
import { quote } from '../invalid-value.ts';
import { didYouMean } from '../text/did-you-mean.ts';

/** One of `count` equal parts of all recordings, determined by their ids alone. */
export interface Shard {
  /** From 1 to `count`. */
  readonly number: number;
  readonly count: number;
  /** Where the numbers come from, for messages: `--shard`, `Slurm task 3`. */
  readonly source: string;
}

/** Whether a recording belongs to a shard: the FNV-1a hash of its id modulo the count is the number (0 for the last one). */
export const inShard = (id: string, { number, count }: Shard): boolean => fnv1a(id) % count === number % count;

type Environment = Readonly<Record<string, string | undefined>>;

/** Parses `i/n` with i from 1 to n (0 means n), or `auto` for the variables of a batch system. Throws a usage failure. */
export const parseShard = (text: string, env: Environment): Shard => {
  if (text === 'auto') return detectShard(env);
  const [, number = '', count = ''] = /^(\d{1,6})\/(\d{1,6})$/.exec(text) ?? [];
  if (count !== '' && Number(count) > 0 && Number(number) <= Number(count)) {
    return { number: Number(number) || Number(count), count: Number(count), source: '--shard' };
  }
  throw new Failure('usage', `--shard: ${quote(text)} is not a shard`, {
    hint: didYouMean(text, ['auto']) ?? 'Use 1/4 to 4/4, or auto in a task of a batch system: see recx help scale',
  });
};

interface BatchSystem {
  readonly name: string;
  /** The variable that holds the number of the task. */
  readonly index: string;
  /** The variable that holds the number of tasks; without it, the numbers tell. */
  readonly count?: string;
  /** The variables that hold the first and the last number, and the step between numbers. */
  readonly first?: string;
  readonly last?: string;
  readonly step?: string;
  /** The first number if no variable holds it. */
  readonly origin?: 0 | 1;
  /** What to do if the count is not set. */
  readonly hint?: string;
}

const batchSystems: readonly BatchSystem[] = [
  { name: 'Cloud Run', index: 'CLOUD_RUN_TASK_INDEX', count: 'CLOUD_RUN_TASK_COUNT' },
  { name: 'AWS Batch', index: 'AWS_BATCH_JOB_ARRAY_INDEX', count: 'AWS_BATCH_JOB_ARRAY_SIZE' },
  {
    name: 'Slurm',
    index: 'SLURM_ARRAY_TASK_ID',
    count: 'SLURM_ARRAY_TASK_COUNT',
    first: 'SLURM_ARRAY_TASK_MIN',
    last: 'SLURM_ARRAY_TASK_MAX',
    step: 'SLURM_ARRAY_TASK_STEP',
  },
  { name: 'Slurm srun', index: 'SLURM_PROCID', count: 'SLURM_NTASKS' },
  {
    name: 'Grid Engine',
    index: 'SGE_TASK_ID',
    first: 'SGE_TASK_FIRST',
    last: 'SGE_TASK_LAST',
    step: 'SGE_TASK_STEPSIZE',
  },
  { name: 'GitLab', index: 'CI_NODE_INDEX', count: 'CI_NODE_TOTAL', origin: 1 },
  {
    name: 'Kubernetes',
    index: 'JOB_COMPLETION_INDEX',
    count: 'JOB_COMPLETIONS',
    hint: 'Set JOB_COMPLETIONS in the container to .spec.completions: Kubernetes sets only the index',
  },
];

/** The variables read for each batch system, for help. */
export const taskVariables = batchSystems.map(({ name, index, count, first, last, step }) => ({
  name,
  variables: [index, count, first, last, step].filter((variable) => variable !== undefined),
}));

const detectShard = (env: Environment): Shard => {
  // Grid Engine sets `undefined` in a job that is not an array.
  const system = batchSystems.find(({ index }) => !['', 'undefined'].includes(env[index] ?? ''));
  if (system === undefined) {
    throw new Failure('usage', '--shard auto: no batch system detected', {
      hint: `Use --shard 1/4, or set one of ${batchSystems.map(({ index }) => index).join(', ')}`,
    });
  }
  const read = (variable: string, fallback?: string): number => {
    const value = env[variable] || fallback;
    if (value !== undefined && /^\d{1,6}$/.test(value)) return Number(value);
    const problem = value === undefined ? 'is not set' : 'is not a whole number';
    throw new Failure('usage', `--shard auto: ${system.name} set ${system.index}, but ${variable} ${problem}`, {
      hint: value === undefined ? (system.hint ?? EXPLICIT_SHARD_HINT) : EXPLICIT_SHARD_HINT,
    });
  };
  const task = read(system.index);
  const first = system.first === undefined ? (system.origin ?? 0) : read(system.first, '0');
  const step = Math.max(1, system.step === undefined ? 1 : read(system.step, '1'));
  const last = system.last === undefined || env[system.last] === undefined ? undefined : read(system.last);
  const numbers = last === undefined ? undefined : Math.floor((last - first) / step) + 1;
  const count = system.count === undefined ? (numbers ?? read(system.last ?? '')) : read(system.count);
  const index = (task - first) / step;
  if (Number.isInteger(index) && index >= 0 && index < count && (numbers ?? count) === count) {
    return { number: index + 1, count, source: `${system.name} task ${task}` };
  }
  throw new Failure(
    'usage',
    `--shard auto: the task numbers of ${system.name} have gaps or do not match the count of ${count}`,
    { hint: system.name === 'Slurm' ? SLURM_GAPS_HINT : EXPLICIT_SHARD_HINT },
  );
};

const EXPLICIT_SHARD_HINT = 'Use explicit numbers, such as --shard 1/4';
const SLURM_GAPS_HINT =
  'Repeat failed tasks with scontrol requeue <job>_<task>, or use explicit numbers: --shard $((SLURM_ARRAY_TASK_ID+1))/8';

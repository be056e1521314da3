/*
 * How thorough a run of the suite is, by the npm script that started it: `npm test` covers some APIs where the test does not
 * depend on the API, everything else covers all, and `npm run torture` repeats random and counted tests many times.
 */
const { npm_lifecycle_event: script } = process.env;

/** All values, or the subset that is enough for `npm test`. */
export const fullOrQuick = <T>(all: readonly T[], enough: readonly T[]): readonly T[] =>
  script === 'test' ? enough : all;

/** The number of repetitions of a long loop: all with `npm run torture`, otherwise fewer. */
export const repetitions = (all: number, enough: number): number => (script === 'torture' ? all : enough);

/** The seed of a random test: the same in every run, shifted by the integer in `RECX_SEED`. */
export const withSeed = (seed: number): number => seed + Number(process.env.RECX_SEED || 0);

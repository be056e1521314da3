/*
 * How far a run of the suite goes, by the npm script that started it: `npm test` tries some APIs where what is tested is not of
 * one API, everything else tries all, and `npm run torture` goes a long way with what is random or counted.
 */
const { npm_lifecycle_event: script } = process.env;

/** All of them, or those that `npm test` makes do with. */
export const some = <T>(all: readonly T[], enough: readonly T[]): readonly T[] => (script === 'test' ? enough : all);

/** How often a long loop is gone round. */
export const rounds = (all: number, enough: number): number => (script === 'torture' ? all : enough);

/** What a random test draws from: the same at every run, and something else for each whole number in `RECX_SEED`. */
export const seeded = (seed: number): number => seed + Number(process.env.RECX_SEED || 0);

/** How often a long loop is gone round: all the way with TORTURE set, as `npm run torture` does, else enough to notice. */
export const rounds = (all: number, enough: number): number => (process.env.TORTURE ? all : enough);

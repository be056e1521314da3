/** The valid word that is closest to a mistyped one, or undefined when none is close (at most a third of it wrong). */
const nearest = (word: string, valid: readonly string[]): string | undefined => {
  const typed = word.toLowerCase().slice(0, 64);
  const ranked = valid
    .map((candidate) => ({ candidate, distance: editDistance(typed, candidate.toLowerCase()) }))
    .sort((one, other) => one.distance - other.distance);
  const best = ranked[0];
  if (best === undefined) return undefined;
  const close = best.distance <= Math.max(1, Math.ceil(Math.max(typed.length, best.candidate.length) / 3));
  const begun = typed.length >= 2 ? valid.find((candidate) => candidate.toLowerCase().startsWith(typed)) : undefined;
  return close ? best.candidate : begun;
};

/** `Did you mean "status"?`, or undefined: the hint beside a word that is not valid. */
export const didYouMean = (word: string, valid: readonly string[]): string | undefined => {
  const match = nearest(word, valid);
  return match === undefined ? undefined : `Did you mean "${match}"?`;
};

/** Insertions, deletions, substitutions and swaps of neighbours between two words (optimal string alignment). */
const editDistance = (one: string, other: string): number => {
  let before: number[] = [];
  let previous = Array.from({ length: other.length + 1 }, (_, column) => column);
  for (let row = 1; row <= one.length; row++) {
    const current = [row];
    for (let column = 1; column <= other.length; column++) {
      const same = one[row - 1] === other[column - 1];
      const swapped = row > 1 && column > 1 && one[row - 1] === other[column - 2] && one[row - 2] === other[column - 1];
      current[column] = Math.min(
        (previous[column] ?? 0) + 1,
        (current[column - 1] ?? 0) + 1,
        (previous[column - 1] ?? 0) + (same ? 0 : 1),
        swapped ? (before[column - 2] ?? 0) + 1 : Number.POSITIVE_INFINITY,
      );
    }
    before = previous;
    previous = current;
  }
  return previous[other.length] ?? 0;
};

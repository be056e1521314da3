/** The valid word closest to a mistyped one; undefined if more than a third of the characters differ. */
const nearest = (word: string, valid: readonly string[]): string | undefined => {
  const typed = word.toLowerCase().slice(0, 64);
  const ranked = valid
    .map((candidate) => ({ candidate, distance: editDistance(typed, candidate.toLowerCase()) }))
    .sort((one, other) => one.distance - other.distance);
  const best = ranked[0];
  if (best === undefined) return undefined;
  const isClose = best.distance <= Math.max(1, Math.ceil(Math.max(typed.length, best.candidate.length) / 3));
  const completed =
    typed.length >= 2 ? valid.find((candidate) => candidate.toLowerCase().startsWith(typed)) : undefined;
  return isClose ? best.candidate : completed;
};

/** The hint for an invalid word, such as `Did you mean "status"?`; undefined if no valid word is close. */
export const didYouMean = (word: string, valid: readonly string[]): string | undefined => {
  const match = nearest(word, valid);
  return match === undefined ? undefined : `Did you mean "${match}"?`;
};

/** Number of insertions, deletions, substitutions and adjacent swaps between two words (optimal string alignment). */
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

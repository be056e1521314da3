/** The valid word closest to a mistyped one, or the only one that it begins; undefined if none is close. */
export const nearest = (word: string, valid: readonly string[]): string | undefined => {
  const typed = word.toLowerCase().slice(0, MAX_TYPED_LENGTH);
  const ranked = valid
    .map((candidate) => ({ candidate, distance: editDistance(typed, candidate.toLowerCase()) }))
    .filter(({ candidate, distance }) => distance <= allowedDistance(typed, candidate))
    .sort((one, other) => one.distance - other.distance);
  if (ranked[0] !== undefined) return ranked[0].candidate;
  const begun = valid.filter((candidate) => candidate.toLowerCase().startsWith(typed));
  return bare(typed).length >= MIN_BEGINNING && begun.length === 1 ? begun[0] : undefined;
};

/** One typing error, in longer words two, but never more than a third of the word: `monday` is not `today`. */
const allowedDistance = (typed: string, candidate: string): number => {
  const lengths = [bare(typed).length, bare(candidate).length];
  const most = Math.min(...lengths) < MIN_LONG_WORD ? 1 : 2;
  return Math.min(most, Math.floor(Math.max(...lengths) / 3));
};

/** Without the dashes of a flag, which are no sign of likeness. */
const bare = (word: string): string => word.replace(/^--?/, '');

const MIN_LONG_WORD = 7;
const MIN_BEGINNING = 3;
const MAX_TYPED_LENGTH = 64;

/** The hint for an invalid word, such as `Did you mean "status"?`; undefined if no valid word is close. */
export const didYouMean = (word: string, valid: readonly string[]): string | undefined => {
  const match = nearest(word, valid);
  return match === undefined ? undefined : `Did you mean "${match}"?`;
};

/** Number of insertions, deletions, substitutions and adjacent swaps between two words (optimal string alignment). */
export const editDistance = (one: string, other: string): number => {
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

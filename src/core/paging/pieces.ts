/** Pages that are one piece of the list. */
interface Pieces {
  join(one: number, other: number): void;
  areJoined(one: number, other: number): boolean;
}

export const openPieces = (): Pieces => {
  /** Another page of the same piece; absent for a page that stands for its piece. */
  const parents = new Map<number, number>();
  const find = (page: number): number => {
    let root = page;
    for (let parent = parents.get(root); parent !== undefined; parent = parents.get(root)) root = parent;
    for (let at = page; at !== root; ) {
      const parent = parents.get(at) ?? root;
      parents.set(at, root);
      at = parent;
    }
    return root;
  };
  return {
    join: (one, other) => {
      const [a, b] = [find(one), find(other)];
      if (a !== b) parents.set(Math.max(a, b), Math.min(a, b));
    },
    areJoined: (one, other) => find(one) === find(other),
  };
};

/** Compares texts by code point, so that the order is the same in every locale; for `sort`. */
export const compareText = (one: string, other: string): number => {
  const length = Math.min(one.length, other.length);
  for (let at = 0; at < length; at++) {
    const [unit, against] = [one.charCodeAt(at), other.charCodeAt(at)];
    if (unit !== against) return rank(unit) - rank(against);
  }
  return one.length - other.length;
};

/** Surrogates, which form the code points above U+FFFF, come after all other units. */
const rank = (unit: number): number => (unit >= 0xd800 && unit <= 0xdfff ? unit + 0x10000 : unit);

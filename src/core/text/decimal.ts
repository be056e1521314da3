/** An exact decimal number of any length: `units` divided by 10 to the power of `places`. */
export interface Decimal {
  readonly units: bigint;
  readonly places: number;
}

/** Parses decimal digits such as `0.0025`. */
export const parseDecimal = (digits: string): Decimal => {
  const [integer = '', decimals = ''] = digits.split('.');
  return { units: BigInt(integer + decimals), places: decimals.length };
};

export const addDecimals = (one: Decimal, other: Decimal): Decimal => {
  if (one.places < other.places) return addDecimals(other, one);
  return { units: one.units + other.units * 10n ** BigInt(one.places - other.places), places: one.places };
};

/** Compares the values of decimal digits of any length; for `sort`. */
export const compareDecimals = (one: string, other: string): number => {
  const { units } = addDecimals(parseDecimal(one), negate(parseDecimal(other)));
  return units === 0n ? 0 : units < 0n ? -1 : 1;
};

const negate = ({ units, places }: Decimal): Decimal => ({ units: -units, places });

/** More decimals than prices have: digits with more are left as they are. */
const MAX_ALIGNED_PLACES = 8;

/** The number of decimals that prices of one column are shown with: the most that any of them has. */
export const alignedPlaces = (decimals: readonly Decimal[]): number =>
  decimals.reduce((most, { places }) => (places > MAX_ALIGNED_PLACES ? most : Math.max(most, places)), 0);

/** The same number with at least so many decimals. */
export const withPlaces = (decimal: Decimal, places: number): Decimal => addDecimals(decimal, { units: 0n, places });

/** Decimal digits with `places` decimals: as many as the most precise addend had. */
export const formatDecimal = ({ units, places }: Decimal): string => {
  const digits = units.toString().padStart(places + 1, '0');
  return places === 0 ? digits : `${digits.slice(0, -places)}.${digits.slice(-places)}`;
};

/** A decimal number of any length, exact: so many units, each 1 at that many decimal places. */
export interface Decimal {
  readonly units: bigint;
  readonly places: number;
}

/** The number of decimal digits, such as `0.0025`. */
export const parseDecimal = (digits: string): Decimal => {
  const [whole = '', decimals = ''] = digits.split('.');
  return { units: BigInt(whole + decimals), places: decimals.length };
};

export const addDecimals = (one: Decimal, other: Decimal): Decimal => {
  if (one.places < other.places) return addDecimals(other, one);
  return { units: one.units + other.units * 10n ** BigInt(one.places - other.places), places: one.places };
};

/** With as many decimals as the longest of its addends had. */
export const formatDecimal = ({ units, places }: Decimal): string => {
  const digits = units.toString().padStart(places + 1, '0');
  return places === 0 ? digits : `${digits.slice(0, -places)}.${digits.slice(-places)}`;
};

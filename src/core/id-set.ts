/**
 * Numbers by texts, in 24 bytes each whatever the texts' length, and in 16 where all numbers are 0: 64-bit hashes in an
 * open table. Two of a million texts are taken for one with a chance of 1 in 10 million.
 */
export class CompactMap {
  #high = new Uint32Array(1024);
  #low = new Uint32Array(1024);
  /** Undefined while all are 0. */
  #numbers: Uint32Array | undefined;
  #size = 0;

  get size(): number {
    return this.#size;
  }

  /** Gives a text a whole number below 2^32; whether the text is new. */
  set(text: string, number: number): boolean {
    const [high, low] = hash(text);
    const place = this.#placeOf(high, low);
    const isNew = !this.#isTaken(place);
    this.#high[place] = high;
    this.#low[place] = low;
    if (number !== 0) this.#numbers ??= new Uint32Array(this.#high.length);
    if (this.#numbers !== undefined) this.#numbers[place] = number;
    if (isNew && ++this.#size * 2 > this.#high.length) this.#grow();
    return isNew;
  }

  get(text: string): number | undefined {
    const place = this.#placeOf(...hash(text));
    return this.#isTaken(place) ? (this.#numbers?.[place] ?? 0) : undefined;
  }

  #isTaken(place: number): boolean {
    return (this.#high[place] ?? 0) !== 0 || (this.#low[place] ?? 0) !== 0;
  }

  /** Where a hash is, or the free place for it. */
  #placeOf(high: number, low: number): number {
    const mask = this.#high.length - 1;
    let place = (low >>> 1) & mask; // the lowest bit is always set
    while (this.#isTaken(place) && (this.#high[place] !== high || this.#low[place] !== low)) place = (place + 1) & mask;
    return place;
  }

  #grow(): void {
    const [high, low, numbers] = [this.#high, this.#low, this.#numbers];
    this.#high = new Uint32Array(high.length * 2);
    this.#low = new Uint32Array(low.length * 2);
    if (numbers !== undefined) this.#numbers = new Uint32Array(numbers.length * 2);
    for (let old = 0; old < high.length; old++) {
      const [oldHigh = 0, oldLow = 0] = [high[old], low[old]];
      if (oldHigh === 0 && oldLow === 0) continue;
      const place = this.#placeOf(oldHigh, oldLow);
      this.#high[place] = oldHigh;
      this.#low[place] = oldLow;
      if (this.#numbers !== undefined) this.#numbers[place] = numbers?.[old] ?? 0;
    }
  }
}

/** The texts that were seen. */
export class IdSet {
  readonly #texts = new CompactMap();

  get size(): number {
    return this.#texts.size;
  }

  /** Whether the text is new; it no longer is afterwards. */
  add(text: string): boolean {
    return this.#texts.set(text, 0);
  }

  has(text: string): boolean {
    return this.#texts.get(text) !== undefined;
  }
}

/** The texts that were seen lately: at least the last `span`, and at most twice as many. */
export class RollingIdSet {
  readonly #span: number;
  #older: ReadonlySet<string> = new Set();
  #newer = new Set<string>();

  constructor(span: number) {
    this.#span = span;
  }

  add(text: string): void {
    if (this.#newer.size >= this.#span) {
      this.#older = this.#newer;
      this.#newer = new Set();
    }
    this.#newer.add(text);
  }

  has(text: string): boolean {
    return this.#newer.has(text) || this.#older.has(text);
  }
}

/** Two 32-bit halves of a hash (cyrb53's mixing), never both zero, which marks a free place. */
const hash = (text: string): readonly [high: number, low: number] => {
  let one = 0xdeadbeef;
  let other = 0x41c6ce57;
  for (let index = 0; index < text.length; index++) {
    const unit = text.charCodeAt(index);
    one = Math.imul(one ^ unit, 2654435761);
    other = Math.imul(other ^ unit, 1597334677);
  }
  one = Math.imul(one ^ (one >>> 16), 2246822507) ^ Math.imul(other ^ (other >>> 13), 3266489909);
  other = Math.imul(other ^ (other >>> 16), 2246822507) ^ Math.imul(one ^ (one >>> 13), 3266489909);
  return [other >>> 0, (one | 1) >>> 0];
};

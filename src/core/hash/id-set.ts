import { randomHashKey, sipHash } from './sip-hash.ts';

/**
 * A map from text to a number below 2^32 in 24 bytes an entry, regardless of the text's length, and in 16 while all numbers
 * are 0: an open-addressing table of 64-bit hashes, keyed by random bytes of the run. The chance that any two of a million texts collide
 * is 1 in 10 million.
 */
export class CompactMap {
  #high = new Uint32Array(1024);
  #low = new Uint32Array(1024);
  /** Undefined while all numbers are 0. */
  #numbers: Uint32Array | undefined;
  #size = 0;

  get size(): number {
    return this.#size;
  }

  /** Sets the number of a text, an integer below 2^32; returns whether the text is new. */
  set(text: string, number: number): boolean {
    const [high, low] = hash(text);
    const slot = this.#slotOf(high, low);
    const isNew = !this.#isUsed(slot);
    this.#high[slot] = high;
    this.#low[slot] = low;
    if (number !== 0) this.#numbers ??= new Uint32Array(this.#high.length);
    if (this.#numbers !== undefined) this.#numbers[slot] = number;
    if (isNew && ++this.#size * 2 > this.#high.length) this.#grow();
    return isNew;
  }

  get(text: string): number | undefined {
    const slot = this.#slotOf(...hash(text));
    return this.#isUsed(slot) ? (this.#numbers?.[slot] ?? 0) : undefined;
  }

  #isUsed(slot: number): boolean {
    return (this.#high[slot] ?? 0) !== 0 || (this.#low[slot] ?? 0) !== 0;
  }

  /** The slot of a hash, or the free slot to put it in. */
  #slotOf(high: number, low: number): number {
    const mask = this.#high.length - 1;
    let slot = (low >>> 1) & mask; // the lowest bit is always set
    while (this.#isUsed(slot) && (this.#high[slot] !== high || this.#low[slot] !== low)) slot = (slot + 1) & mask;
    return slot;
  }

  #grow(): void {
    const [high, low, numbers] = [this.#high, this.#low, this.#numbers];
    this.#high = new Uint32Array(high.length * 2);
    this.#low = new Uint32Array(low.length * 2);
    if (numbers !== undefined) this.#numbers = new Uint32Array(numbers.length * 2);
    for (let old = 0; old < high.length; old++) {
      const [oldHigh = 0, oldLow = 0] = [high[old], low[old]];
      if (oldHigh === 0 && oldLow === 0) continue;
      const slot = this.#slotOf(oldHigh, oldLow);
      this.#high[slot] = oldHigh;
      this.#low[slot] = oldLow;
      if (this.#numbers !== undefined) this.#numbers[slot] = numbers?.[old] ?? 0;
    }
  }
}

/** A set of texts, 16 bytes each. */
export class IdSet {
  readonly #texts = new CompactMap();

  get size(): number {
    return this.#texts.size;
  }

  /** Adds a text; returns whether it is new. */
  add(text: string): boolean {
    return this.#texts.set(text, 0);
  }

  has(text: string): boolean {
    return this.#texts.get(text) !== undefined;
  }
}

const KEY = randomHashKey();

/** The hash of a text, never zero in both halves: zero marks a free slot. */
const hash = (text: string): readonly [high: number, low: number] => {
  const [high, low] = sipHash(text, KEY);
  return [high, (low | 1) >>> 0];
};

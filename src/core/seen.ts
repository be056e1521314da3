/**
 * The ids that were seen, in 16 bytes each whatever their length: their 64-bit hashes in an open table. Two of a million
 * ids are taken for one with a chance of 1 in 10 million.
 */
export class Seen {
  #high = new Uint32Array(1024);
  #low = new Uint32Array(1024);
  #size = 0;

  get size(): number {
    return this.#size;
  }

  /** Whether the id is new; it no longer is afterwards. */
  add(id: string): boolean {
    const [high, low] = hash(id);
    const place = this.#placeOf(high, low);
    if (this.#isTaken(place)) return false;
    this.#high[place] = high;
    this.#low[place] = low;
    this.#size++;
    if (this.#size * 2 > this.#high.length) this.#grow();
    return true;
  }

  has(id: string): boolean {
    return this.#isTaken(this.#placeOf(...hash(id)));
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
    const [high, low] = [this.#high, this.#low];
    this.#high = new Uint32Array(high.length * 2);
    this.#low = new Uint32Array(low.length * 2);
    for (let old = 0; old < high.length; old++) {
      const [oldHigh = 0, oldLow = 0] = [high[old], low[old]];
      if (oldHigh === 0 && oldLow === 0) continue;
      const place = this.#placeOf(oldHigh, oldLow);
      this.#high[place] = oldHigh;
      this.#low[place] = oldLow;
    }
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

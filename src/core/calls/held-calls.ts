import type { Call, Instant } from '../recording.ts';
import { DAY } from '../time/duration.ts';
import { toInstant } from '../time/utc.ts';

/** The longest time from the start of a call to that of a recording, or of a leg, of it: no call lasts longer. */
export const LONGEST_CALL = DAY;

/** Lists are in the order of another time than the start of the call, such as that of the request to call, in whole seconds. */
export const SLACK = 10 * 60_000;

/** A time, moved by milliseconds; undefined beyond the years that a time can have. */
export const shifted = (time: Instant, milliseconds: number): Instant | undefined =>
  toInstant(Date.parse(time) + milliseconds);

/** Calls that were read, by their id, and their legs by that of the call. */
export class HeldCalls {
  readonly #calls = new Map<string, Call>();
  /** In the order in which the first leg of each call was read. */
  readonly #legs = new Map<string, Call[]>();
  /** Everything after this time was forgotten. */
  #forgotten: Instant | undefined;

  /** Whether no leg that a call of this time can have was forgotten. */
  hasAllOf(start: Instant): boolean {
    return this.#forgotten === undefined || (shifted(start, LONGEST_CALL) ?? start) <= this.#forgotten;
  }

  get size(): number {
    return this.#calls.size;
  }

  get(id: string): Call | undefined {
    return this.#calls.get(id);
  }

  /** The legs of a call that were read. */
  legsOf(id: string): readonly Call[] {
    return this.#legs.get(id) ?? [];
  }

  /** Adds entries of a list; one that is there already is replaced, since it was read later. */
  add(entries: readonly Call[]): void {
    for (const entry of entries) {
      this.#calls.set(entry.id, entry);
      const { parentId } = entry;
      if (parentId === null || parentId === entry.id) continue;
      const legs = this.#legs.get(parentId);
      if (legs === undefined) this.#legs.set(parentId, [entry]);
      else {
        const known = legs.findIndex(({ id }) => id === entry.id);
        if (known === -1) legs.push(entry);
        else legs[known] = entry;
      }
    }
  }

  /** Every call, and those that dialled one, in the order in which they were read. */
  values(): IterableIterator<Call> {
    return this.#calls.values();
  }

  /** Forgets what no recording made before a time can need. Everything was read newest first. */
  forgetAfter(time: Instant): void {
    const bound = shifted(time, LONGEST_CALL);
    if (bound === undefined || (this.#forgotten !== undefined && this.#forgotten <= bound)) return;
    this.#forgotten = bound;
    for (const [id, { createdAt }] of this.#calls) {
      if (createdAt === null) continue;
      if (createdAt <= bound) break;
      this.#calls.delete(id);
    }
    for (const [id, [newest]] of this.#legs) {
      if (newest?.createdAt === undefined || newest.createdAt === null) continue;
      if (newest.createdAt <= bound) break;
      this.#legs.delete(id);
    }
  }
}

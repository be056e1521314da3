import { IdSet } from './id-set.ts';

/**
 * A path in the form in which file systems that ignore case or compose letters compare it: two paths that such a file
 * system may take for one have the same form.
 */
export const foldPath = (path: string): string =>
  // Upper case first: ß equals SS, and ſ equals s.
  /^[\0-\x7f]*$/.test(path) ? path.toLowerCase() : path.normalize('NFD').toUpperCase().toLowerCase().normalize('NFC');

/** The paths in use in one folder, each with its owner; 32 bytes a path. */
export class NameTable {
  readonly #paths = new IdSet();
  readonly #claims = new IdSet();
  readonly #foldsNames: boolean;

  /** `foldsNames` is false for a file system that keeps names apart that differ in case. */
  constructor(foldsNames = true) {
    this.#foldsNames = foldsNames;
  }

  /** `new` for a free path, which the owner has from now on; `own` if the owner has it already; else `taken`. */
  claim(path: string, owner: string): 'new' | 'own' | 'taken' {
    const folded = this.#foldsNames ? foldPath(path) : path.normalize('NFC');
    const claim = `${folded}\0${owner}`;
    if (this.#paths.add(folded)) {
      this.#claims.add(claim);
      return 'new';
    }
    return this.#claims.has(claim) ? 'own' : 'taken';
  }
}

import { isRow } from '../decode.ts';
import { CompactMap } from '../id-set.ts';
import type { Recording } from '../recording.ts';
import { sanitizeJson } from '../text/sanitize.ts';

/** The manifest's name in its folder. */
export const MANIFEST = 'manifest.ndjson';

/** The manifest's entry of one finished file. Contains no URLs and no secrets. */
export interface ManifestEntry extends Pick<Recording, 'id' | 'provider' | 'api' | 'profile'> {
  /** Relative to the manifest's folder, separated by `/`. */
  readonly path: string;
  readonly bytes: number;
  /** Hexadecimal. */
  readonly sha256: string;
  readonly content_type: string | null;
  readonly created_at: string | null;
  readonly downloaded_at: string;
}

/** An entry as a line of the manifest. */
export const formatEntry = (entry: ManifestEntry): string => `${sanitizeJson(JSON.stringify(entry))}\n`;

/** The entry on a line; undefined for a torn line or other text. */
export const parseEntry = (line: string): ManifestEntry | undefined => {
  try {
    const value: unknown = JSON.parse(line);
    if (!isRow(value)) return undefined;
    const { id, provider, path, bytes, sha256 } = value;
    const texts = [id, provider, path, sha256].every((text) => typeof text === 'string');
    return texts && Number.isSafeInteger(bytes) ? (value as unknown as ManifestEntry) : undefined; // the other fields are only displayed
  } catch {
    return undefined;
  }
};

/** The suffix that marks a line a killed run left torn. Its file is recorded again or downloaded again. */
export const TORN_LINE_SUFFIX = ' #torn\n';

/** Whether a line is intentionally without an entry: empty or marked as torn. */
export const isBlank = (line: string): boolean => line === '' || line.endsWith(TORN_LINE_SUFFIX.trimEnd());

/** The finished files of a folder: hashes of paths, and sizes; 20 bytes each. */
export class ManifestIndex {
  readonly #sizes = new CompactMap();

  /** A later entry of a path replaces an earlier one. */
  add({ path, bytes }: Pick<ManifestEntry, 'path' | 'bytes'>): void {
    this.#sizes.set(path, bytes % SIZE_MODULUS);
  }

  /** Whether the path has an entry of this size. */
  hasSize(path: string, bytes: number): boolean {
    return this.#sizes.get(path) === bytes % SIZE_MODULUS;
  }
}

/** Sizes are compared modulo 4 GiB, the range of the map's numbers; two sizes of one path never differ by exactly that. */
const SIZE_MODULUS = 2 ** 32;

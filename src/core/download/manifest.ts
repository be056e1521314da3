import { isRow } from '../decode.ts';
import { CompactMap } from '../id-set.ts';
import type { Recording } from '../recording.ts';
import { sanitizeJson } from '../text/sanitize.ts';

/** What a manifest says of one finished file. No URLs, no secrets. */
export interface ManifestEntry extends Pick<Recording, 'id' | 'provider' | 'api' | 'profile'> {
  /** Below the manifest's folder, with `/` between its parts. */
  readonly path: string;
  readonly bytes: number;
  /** Hexadecimal. */
  readonly sha256: string;
  readonly content_type: string | null;
  readonly created_at: string | null;
  readonly downloaded_at: string;
}

/** The line of an entry. */
export const formatEntry = (entry: ManifestEntry): string => `${sanitizeJson(JSON.stringify(entry))}\n`;

/** The entry of a line; undefined for one that is torn or none. */
export const parseEntry = (line: string): ManifestEntry | undefined => {
  try {
    const value: unknown = JSON.parse(line);
    if (!isRow(value)) return undefined;
    const { id, provider, path, bytes, sha256 } = value;
    const texts = [id, provider, path, sha256].every((text) => typeof text === 'string');
    return texts && Number.isSafeInteger(bytes) ? (value as unknown as ManifestEntry) : undefined; // the others are only shown
  } catch {
    return undefined;
  }
};

/** What ends a line that a killed run left torn. The file it was of has another line, or is fetched again. */
export const TORN = ' #torn\n';

/** Whether a line says nothing, and is meant to. */
export const isBlank = (line: string): boolean => line === '' || line.endsWith(TORN.trimEnd());

/** The finished files of a folder: paths and sizes without their text, 20 bytes each. */
export class ManifestIndex {
  readonly #sizes = new CompactMap();

  /** A later entry of a path stands for the earlier ones. */
  add({ path, bytes }: Pick<ManifestEntry, 'path' | 'bytes'>): void {
    this.#sizes.set(path, bytes % WRAP);
  }

  /** Whether the entry of a path has so many bytes. */
  hasSize(path: string, bytes: number): boolean {
    return this.#sizes.get(path) === bytes % WRAP;
  }
}

/** Sizes are compared modulo 4 GiB, which is as good as whole. */
const WRAP = 2 ** 32;

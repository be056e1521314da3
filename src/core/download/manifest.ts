import { isRow } from '../decode.ts';
import { CompactMap, IdSet } from '../hash/id-set.ts';
import { foldPath } from '../hash/name-table.ts';
import { type Kind, type MediaFormat, type Recording, type RecordingIdentity, recordingKey } from '../recording.ts';
import { sanitizeJson } from '../text/sanitize.ts';

/** The manifest's name in its folder. */
export const MANIFEST = 'manifest.ndjson';

/** The manifest's entry of one finished file, its keys in the order of the file. Contains no URLs and no secrets. */
export interface ManifestEntry extends Pick<Recording, 'id' | 'provider' | 'api' | 'profile'> {
  /** Relative to the manifest's folder, separated by `/`. */
  readonly path: string;
  readonly bytes: number;
  /** Hexadecimal. */
  readonly sha256: string;
  readonly content_type: string | null;
  readonly created_at: string | null;
  readonly downloaded_at: string;
  /** Lines of earlier versions end here: they count for the account of their profile. */
  readonly account_id?: string | null;
  readonly format?: MediaFormat | null;
  /** Hexadecimal; null on systems without MD5. */
  readonly md5?: string | null;
  readonly kind?: Kind;
  readonly call_id?: string | null;
  readonly from?: string | null;
  readonly to?: string | null;
  readonly duration_seconds?: number | null;
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

/** The account of an entry; undefined for a line of an earlier version, which names only its profile. */
export const accountOf = ({ account_id: account }: Pick<ManifestEntry, 'account_id'>): string | undefined =>
  typeof account === 'string' && account !== '' ? account : undefined;

/** A recording, as lines of the manifest may name it: by its account, or by one of the account's profiles. */
export type FileOwner = RecordingIdentity & { readonly profiles: readonly string[] };

/** Whether an entry or a sidecar is of a recording; `unknown` without an account, if its profile no longer exists. */
export const compareOwner = (
  entry: Pick<ManifestEntry, 'id' | 'provider' | 'profile' | 'account_id'>,
  { provider, accountId, id, profiles }: FileOwner,
  isProfile: (provider: string, profile: string) => boolean,
): 'same' | 'other' | 'unknown' => {
  if (entry.provider !== provider || entry.id !== id) return 'other';
  const account = accountOf(entry);
  if (account !== undefined) return account === accountId ? 'same' : 'other';
  if (profiles.includes(entry.profile)) return 'same';
  return isProfile(provider, entry.profile) ? 'other' : 'unknown';
};

type OwnedFile = Pick<ManifestEntry, 'id' | 'provider' | 'path' | 'bytes'>;

/** The finished files of a folder; 64 bytes each. */
export class ManifestIndex {
  readonly #foldsNames: boolean;
  /** The number of the latest entry of each path. */
  readonly #latest = new CompactMap();
  /** The number of the latest entry of each file: its path, size and recording. */
  readonly #files = new CompactMap();
  readonly #recordings = new IdSet();
  #entries = 0;
  #namesProfiles = false;

  /** `foldsNames` tells whether the file system takes names that differ in case for one. */
  constructor(foldsNames = false) {
    this.#foldsNames = foldsNames;
  }

  /** Some lines name only the profile of their account. */
  get namesProfiles(): boolean {
    return this.#namesProfiles;
  }

  add(entry: OwnedFile & Pick<ManifestEntry, 'account_id' | 'profile'>): void {
    const account = accountOf(entry);
    const number = ++this.#entries;
    this.#namesProfiles ||= account === undefined;
    this.#latest.set(this.#keyOf(entry.path), number);
    const owner = account === undefined ? byProfile(entry.profile) : byAccount(account);
    this.#files.set(fileKey(entry, owner), number);
    this.#recordings.add(ownKey(entry, owner));
  }

  /** Whether there are entries of a recording, and none of these paths. */
  hasOnlyOther(paths: readonly string[], { provider, accountId, id, profiles }: FileOwner): boolean {
    const owners = [byAccount(accountId), ...profiles.map(byProfile)];
    return (
      !paths.some((path) => this.hasEntry(path)) &&
      owners.some((owner) => this.#recordings.has(ownKey({ provider, id }, owner)))
    );
  }

  /** Whether the latest entry of a path is this file of this recording. */
  has(path: string, bytes: number, { provider, accountId, id, profiles }: FileOwner): boolean {
    const number = this.#latest.get(this.#keyOf(path));
    if (number === undefined) return false;
    const owners = [byAccount(accountId), ...profiles.map(byProfile)];
    return owners.some((owner) => this.#files.get(fileKey({ provider, id, path, bytes }, owner)) === number);
  }

  /** Whether a path has an entry, or one that the file system takes for it. */
  hasEntry(path: string): boolean {
    return this.#latest.get(this.#keyOf(path)) !== undefined;
  }

  #keyOf(path: string): string {
    return this.#foldsNames ? foldPath(path) : path;
  }
}

/** The recordings that entries name; one whose account is unknown may be of any account. */
export class RecordingSet {
  readonly #keys = new IdSet();

  add({ provider, id, accountId }: RecordingIdentity, format = ''): void {
    this.#keys.add(recordingKey({ provider, id, accountId: ANY_ACCOUNT }) + format);
    this.#keys.add(recordingKey({ provider, id, accountId }) + format);
  }

  has({ provider, id, accountId }: RecordingIdentity, format = ''): boolean {
    const accounts = accountId === null ? [ANY_ACCOUNT] : [accountId, null];
    return accounts.some((one) => this.#keys.has(recordingKey({ provider, id, accountId: one }) + format));
  }
}

const ANY_ACCOUNT = '*';

const fileKey = ({ provider, id, path, bytes }: OwnedFile, owner: string): string =>
  [provider, owner, id, path, bytes].join('\0');
const ownKey = ({ provider, id }: Pick<OwnedFile, 'id' | 'provider'>, owner: string): string =>
  [provider, owner, id].join('\0');
const byAccount = (account: string | null): string => `account ${account ?? ''}`;
const byProfile = (profile: string): string => `profile ${profile}`;

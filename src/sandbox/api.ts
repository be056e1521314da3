import type { Row } from '../core/decode.ts';
import type { Credentials } from '../core/provider.ts';
import type { Recording } from '../core/recording.ts';
import type { Clip } from './media.ts';

/** One stored recording of a played API, newest first in its list. */
export interface SandboxEntry {
  readonly id: string;
  /** Milliseconds since 1970; what the API sorts and filters by. */
  readonly at: number;
  readonly row: Row;
  readonly clip?: Clip;
}

export interface Reply {
  readonly status: number;
  /** JSON, unless it is text or bytes. */
  readonly body: unknown;
  readonly type?: string;
}

/** Fields of a recordings list in the vendors' envelopes; the next page's token is that of the last row. */
export interface Slice {
  readonly page: readonly SandboxEntry[];
  /** Undefined on the last page. */
  readonly token: string | undefined;
}

/** What a played API knows when it answers. */
export interface Scene {
  readonly entries: readonly SandboxEntry[];
  readonly origin: string;
  readonly now: number;
}

/** A provider's server as its documents describe it. */
export interface SandboxApi {
  readonly provider: string;
  readonly api: string;
  /** Accepted, in the fields of the provider's profiles. */
  readonly credentials: Credentials;
  /** What `Authorization` must be. */
  readonly login: readonly [user: string, password: string];
  samples(now: number, origin: string): readonly SandboxEntry[];
  /** Undefined when the path is not one of this API's. */
  answer(url: URL, scene: Scene): Reply | undefined;
  readonly refusal: Reply;
  /** Every path below it is this API's, and needs the credentials. */
  readonly prefix: string;
  readonly listPath: string;
  readonly idKey: string;
  /** Where a list's body has its rows. */
  readonly rowsKey: string;
  /** What is known of a row that says nothing but its id. */
  readonly bare: Pick<Recording, 'kind' | 'status' | 'formats'>;
  /** The body of a list whose next page is elsewhere: for tests of bad links. */
  relinked(body: unknown, next: unknown): unknown;
  readonly answerKey: AnswerKey;
}

/** What the newest sample means, worked out by hand from the API's document. */
export interface AnswerKey {
  /** Milliseconds since 1970, the time at which the sample has these values. */
  readonly now: number;
  expected(origin: string): Readonly<Record<string, unknown>>;
}

/** Names the last recording of a page, so that what comes and goes before it shifts nothing. */
const tokenFor = ({ id, at }: SandboxEntry): string => `PA${id}.${at}`;

/** Where the page after a token starts, also when its recording is gone; undefined for a text that is no token. */
const placeAfter = (token: string, entries: readonly SandboxEntry[]): number | undefined => {
  const [, id, at] = /^PA(.+)\.(\d+)$/.exec(token) ?? [];
  if (at === undefined) return undefined;
  const place = entries.findIndex((entry) => entry.id === id);
  if (place !== -1) return place + 1;
  const older = entries.findIndex((entry) => entry.at < Number(at));
  return older === -1 ? entries.length : older;
};

/** The page of so many entries after a token; undefined for a text that is no token. */
export const sliceAfter = (entries: readonly SandboxEntry[], token: string | null, size: number): Slice | undefined => {
  const start = token === null ? 0 : placeAfter(token, entries);
  if (start === undefined) return undefined;
  const page = entries.slice(start, start + size);
  const last = page.at(-1);
  return { page, token: last !== undefined && start + size < entries.length ? tokenFor(last) : undefined };
};

/** Whole number of a query parameter, or undefined when it is not one. */
export const integerParameter = (text: string | null, otherwise: number): number | undefined =>
  text === null ? otherwise : /^\d{1,9}$/.test(text) ? Number(text) : undefined;

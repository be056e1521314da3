import type { Row } from '../core/decode.ts';
import type { Credentials } from '../core/provider.ts';
import type { Recording } from '../core/recording.ts';
import type { Clip } from './media.ts';

/** One stored recording of a simulated API; lists have the newest first. */
export interface SandboxEntry {
  readonly id: string;
  /** Milliseconds since 1970; the time that the API sorts and filters by. */
  readonly at: number;
  readonly row: Row;
  /** What the server knows of the recording and does not return. */
  readonly hidden?: Row;
  readonly clip?: Clip;
}

export interface Reply {
  readonly status: number;
  /** Sent as JSON, unless it is text or bytes. */
  readonly body: unknown;
  readonly type?: string;
}

/** One page of a recordings list; the token of the next page names the last row of this one. */
export interface PageSlice {
  readonly page: readonly SandboxEntry[];
  /** Undefined on the last page. */
  readonly token: string | undefined;
}

/** Calls, conferences or room sessions by the name of their list; the newest first. */
export type RelatedLists = Readonly<Record<string, readonly SandboxEntry[]>>;

/** The data from which a simulated API responds. */
export interface SandboxState {
  readonly entries: readonly SandboxEntry[];
  readonly related: RelatedLists;
  readonly origin: string;
  readonly now: number;
}

/** A provider's server as its documents describe it. */
export interface SandboxApi {
  readonly provider: string;
  readonly api: string;
  /** The accepted credentials, in the fields of the provider's profiles. */
  readonly credentials: Credentials;
  /** The expected user and password of `Authorization`. */
  readonly basicAuth: readonly [user: string, password: string];
  samples(now: number, origin: string): readonly SandboxEntry[];
  /** What the account knows besides its recordings. */
  related?(now: number): RelatedLists;
  /** The related list that a path belongs to: it may need a permission of its own. */
  relatedListAt?(path: string): string | undefined;
  /** Undefined when the path does not belong to this API. */
  respond(url: URL, state: SandboxState): Reply | undefined;
  readonly unauthorized: Reply;
  /** Every path below one of them belongs to this API and requires the credentials. */
  readonly prefixes: readonly string[];
  readonly listPath: string;
  readonly idKey: string;
  /** The key of the rows in the body of a list. */
  readonly rowsKey: string;
  /** How a row with only an id is read. */
  readonly idOnlyMeaning: Pick<Recording, 'kind' | 'status' | 'formats'>;
  /** The body of a list with another link to its next page, for tests of bad links. */
  withNextLink(body: unknown, next: unknown): unknown;
  readonly answerKey: AnswerKey;
}

/** The meaning of the newest sample, derived manually from the API's documentation. */
export interface AnswerKey {
  /** Milliseconds since 1970: the time for which the sample has these values. */
  readonly now: number;
  expected(origin: string): Readonly<Record<string, unknown>>;
  /** The fields that change, and those of calls, with what its call, conference or room session says. */
  readonly expectedWithCalls?: Readonly<Record<string, unknown>>;
}

/** Encodes the last recording of a page, so that earlier insertions and deletions shift nothing. */
const tokenFor = ({ id, at }: SandboxEntry): string => `PA${id}.${at}`;

/**
 * The start of the page after a token, also when its recording was deleted; undefined for a text that is not a token.
 */
const positionAfter = (token: string, entries: readonly SandboxEntry[]): number | undefined => {
  const [, id, at] = /^PA(.+)\.(\d+)$/.exec(token) ?? [];
  if (at === undefined) return undefined;
  const position = entries.findIndex((entry) => entry.id === id);
  if (position !== -1) return position + 1;
  const older = entries.findIndex((entry) => entry.at < Number(at));
  return older === -1 ? entries.length : older;
};

/** The page of this many entries after a token; undefined for a text that is not a token. */
export const sliceAfter = (
  entries: readonly SandboxEntry[],
  token: string | null,
  size: number,
): PageSlice | undefined => {
  const start = token === null ? 0 : positionAfter(token, entries);
  if (start === undefined) return undefined;
  const page = entries.slice(start, start + size);
  const last = page.at(-1);
  return { page, token: last !== undefined && start + size < entries.length ? tokenFor(last) : undefined };
};

/** The integer in a query parameter, or undefined for anything else. */
export const integerParameter = (text: string | null, fallback: number): number | undefined =>
  text === null ? fallback : /^\d{1,9}$/.test(text) ? Number(text) : undefined;

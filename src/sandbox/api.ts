import type { Row } from '../core/fields.ts';
import type { Credentials } from '../core/provider.ts';
import type { Kind, Status } from '../core/recording.ts';
import type { Clip } from './media.ts';

/** One stored recording of a played API, newest first in its list. */
export interface Entry {
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

/** What a played API knows when it answers. */
export interface Scene {
  readonly entries: readonly Entry[];
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
  samples(now: number, origin: string): readonly Entry[];
  /** Undefined when the path is not one of this API's. */
  answer(url: URL, scene: Scene): Reply | undefined;
  readonly refusal: Reply;
  /** Every path below it is this API's, and needs the credentials. */
  readonly prefix: string;
  readonly listPath: string;
  readonly idKey: string;
  /** Where a list's body has its rows. */
  readonly rowsKey: string;
  /** Kind and status of a row that says nothing but its id. */
  readonly bare: readonly [Kind, Status];
  /** The body of a list whose next page is elsewhere: for tests of bad links. */
  relinked(body: unknown, next: unknown): unknown;
  readonly answerKey: AnswerKey;
}

/** What the newest sample means, worked out by hand from the API's document. */
interface AnswerKey {
  /** Milliseconds since 1970, the time at which the sample has these values. */
  readonly now: number;
  expected(origin: string): Readonly<Record<string, unknown>>;
}

/** Names the last recording of a page, so that what comes and goes before it shifts nothing. */
export const tokenFor = ({ id, at }: Entry): string => `PA${id}.${at}`;

/** Where the page after a token starts, also when its recording is gone; undefined for a text that is no token. */
export const placeAfter = (token: string, entries: readonly Entry[]): number | undefined => {
  const [, id, at] = /^PA(.+)\.(\d+)$/.exec(token) ?? [];
  if (at === undefined) return undefined;
  const place = entries.findIndex((entry) => entry.id === id);
  if (place !== -1) return place + 1;
  const older = entries.findIndex((entry) => entry.at < Number(at));
  return older === -1 ? entries.length : older;
};

/** Whole number of a query parameter, or undefined when it is not one. */
export const wholeNumber = (text: string | null, otherwise: number): number | undefined =>
  text === null ? otherwise : /^\d{1,9}$/.test(text) ? Number(text) : undefined;

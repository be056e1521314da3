import type { LogEvent } from './log-events.ts';
import type { FilterKey, Query } from './query.ts';
import type { Call, Instant, Kind, MediaFormat, Recording } from './recording.ts';
import type { ServerParameter } from './server-filters.ts';

/** Values of a profile by field key; the secret among them is in clear. */
export type Credentials = Readonly<Record<string, string>>;

interface CredentialField {
  readonly key: string;
  readonly label: string;
  /** Where to find the value, or what it looks like, for prompts. */
  readonly hint: string;
  /** The documented form, which values for the vendor's own servers must have. */
  readonly form?: RegExp;
  readonly variable: string;
  readonly secret: boolean;
}

/** A vendor: what its APIs have in common. */
export interface Vendor {
  readonly name: string;
  readonly title: string;
  readonly fields: readonly CredentialField[];
  /** The keys of the fields of each authentication method; each method has one secret. */
  readonly authMethods: readonly (readonly string[])[];
  /** The origin of the vendor's servers for these credentials; throws a usage failure for an impossible value. */
  origin(credentials: Credentials): string;
  /** The vendor's id of the account that the credentials open; other credentials of the same account give the same id. */
  accountId(credentials: Credentials): string;
  /** User name and password of HTTP Basic. */
  basicAuth(credentials: Credentials): readonly [user: string, password: string];
}

/** Columns that some APIs never fill, or always with the same value. */
export type ReportedColumn =
  | 'status'
  | 'from'
  | 'to'
  | 'conference_name'
  | 'room_session_id'
  | 'channels'
  | 'size_bytes';

/** Static description of one API. */
export interface ApiDefinition {
  readonly vendor: Vendor;
  readonly api: string;
  readonly title: string;
  /** The public document the adapter was written from. */
  readonly documentationUrl: string;
  /** Filters that the API applies to the values it accepts; the core applies all of them again. */
  readonly serverFilters: readonly FilterKey[];
  /** The parameters of these filters, except those of time. */
  readonly serverParameters: readonly ServerParameter[];
  /** Filters on fields that this API never returns: nothing can match them. */
  readonly unsupportedFilters: readonly FilterKey[];
  /** Filters on what only the calls of its recordings say. */
  readonly callFilters: readonly FilterKey[];
  /** The columns among these in which its recordings can differ. */
  readonly reports: readonly ReportedColumn[];
  /** The kinds that its recordings can have. */
  readonly kinds: readonly Kind[];
  readonly formats: readonly MediaFormat[];
  /** The documented form of the ids of its recordings; undefined if they are opaque. */
  readonly idForm?: RegExp;
  /** Protected media: which hosts may receive the credentials, and in which form. */
  readonly protectedMedia: ProtectedMedia;
  /** The most rows on a page. */
  readonly pageSize: number;
  /** The query parameter of a list that sets the rows on a page. */
  readonly pageSizeParameter: string;
  /**
   * Query parameters whose values may appear in the log; the value of any other, such as a page token, is shown as `…`.
   */
  readonly loggedParameters: readonly string[];
  readonly limitsText: string;
  /** The most requests in any span of this many milliseconds. */
  readonly rate?: { readonly requests: number; readonly milliseconds: number };
  /** The permission that the credentials need, by the vendor's name for it. */
  readonly scope?: string;
  open(credentials: Credentials, client: ApiClient): Provider;
}

/** Forms in which a server accepts the credentials: as user and password, or the secret alone. */
export type AuthScheme = 'basic' | 'bearer';

/** Documented hosts and authentication schemes for media that require credentials. */
export interface ProtectedMedia {
  /** Hosts besides the account's server, over https; `.example.com` means every host below it. */
  readonly hosts: readonly string[];
  /** Tried in this order when such a host demands credentials. */
  readonly authSchemes: readonly AuthScheme[];
}

/** Location of a recording's media. */
export interface Media {
  readonly url: string;
  /** Undefined if known only from the response. */
  readonly format: MediaFormat | undefined;
  /** Bytes of this format; null if not reported by the provider. */
  readonly sizeBytes: number | null;
  /** A pre-signed link, valid for minutes: requested right before use and sent without credentials. */
  readonly signed: boolean;
}

/** One opened API of one account. */
export interface Provider {
  /** Pages as the API serves them, newest first if the API has an order. */
  pages(query: Query): AsyncIterable<Page>;
  /** The recording with that id, undefined if not found; with `links`, one with a longer-lived media link. */
  find(id: string, links?: boolean): Promise<Recording | undefined>;
  /** The lists from which recordings are completed: who called whom, names of conferences and rooms; absent without any. */
  readonly calls?: readonly CallList[];
  /** A link to a recording's media that can be built from its id and does not expire; absent if links come with rows. */
  permanentLink?(recording: Recording): string | undefined;
  /** The location of a recording's media in a format, by default the native one; undefined if it has none. No request. */
  media(recording: Recording, format?: MediaFormat): Media | undefined;
}

/** Which entries of a list are wanted; an absent condition means all. The server may return more, never fewer. */
export interface CallRequest {
  /** Calls that began, or entries that were made, in `[since, until)`. */
  readonly since?: Instant;
  readonly until?: Instant;
  /** Calls of one number, in this spelling; only where `filters` has it. */
  readonly from?: string;
  readonly to?: string;
  /** The legs of one call; only where `filters` has it. */
  readonly parent?: string;
  /** The most entries the caller will read, so that the API need not be asked for more. */
  readonly maxRows?: number;
  /** Called with the new entries of each page of a list, in its order; true if the caller needs no further page. */
  isEnough?(entries: readonly Call[]): boolean;
}

/** What a list of calls, conferences or room sessions is, from which recordings are completed. */
export interface CallListFacts {
  /** What its entries are, for messages: `calls`, `conferences`, `room sessions`. */
  readonly title: string;
  /** The field of a recording that has the id of an entry. */
  readonly key: 'callId' | 'conferenceId' | 'roomSessionId';
  /** Requests that the server answers by a parameter of its own. */
  readonly filters: readonly ('from' | 'to' | 'parent')[];
  /** The most entries on a page. */
  readonly pageSize: number;
  /** Milliseconds for which the provider keeps entries; undefined if not limited. */
  readonly keptFor?: number;
}

/** The requests of such a list. */
export interface CallListRequests {
  /** Pages as the API serves them, newest first if it has an order, complete as far as the server lets. Throws failures. */
  pages(request: CallRequest): AsyncIterable<Page<Call>>;
  /** One entry, undefined if it is not found; absent where the API has no such request. Throws failures. */
  find?(id: string): Promise<Call | undefined>;
  /** The ids of the recordings that were made in a call, by one request; absent where its id is that of the recordings' key. */
  recordingsOf?(call: Call): Promise<readonly string[]>;
}

/** Such a list of one account. */
export interface CallList extends CallListFacts, CallListRequests {
  /** With `recordingsOf`: whether recordings have the ids of the list nevertheless; undefined if that is not known. */
  readonly sharesIds?: boolean | undefined;
}

/** What every row of a list has: its id, and its time, by which lists are ordered. */
export type ListedRow = Pick<Recording, 'id' | 'createdAt'>;

/** One page of a list, by default of recordings. */
export interface Page<Item extends ListedRow = Recording> {
  readonly rows: readonly Item[];
  /** Entries without a readable id, which cannot be listed. */
  readonly unreadable: number;
  /** The API reports another page after this one. */
  readonly hasMore: boolean;
  /** Rows on a full page, if the API reports it. */
  readonly rowsPerPage?: number;
  /** Rows in the complete list, if the API reports it. */
  readonly totalRows?: number;
  /** Everything that follows was created before this time. */
  readonly olderThan?: Instant;
  /** Why rows may be missing before this page. */
  readonly incomplete?: string;
}

/** One response of an API: status 200 and JSON. */
export interface ApiResponse {
  readonly body: unknown;
  /** The requested URL; its page may be smaller than the one asked for. */
  readonly url: URL;
  /** The origin of the vendor's own server, if requests go elsewhere: links to it mean the account's server. */
  readonly vendorOrigin?: string | undefined;
  /** `api.plivo.com returned HTTP 200 with application/json`, for messages. */
  readonly described: string;
}

/** The HTTP client of one adapter: requests to its account's origin, and debug logging. */
export interface ApiClient {
  readonly profile: string;
  /** Scheme, host and port of the account's server. */
  readonly origin: string;
  /** Milliseconds since 1970. */
  now(): number;
  /** No recording of the account is older, in milliseconds since 1970; undefined if unknown. */
  readonly oldest?: number | undefined;
  /** Requests a path or URL. Throws a failure: `unsafe` for another origin, `credentials`, `invalid`, `unavailable`. */
  get(target: string | URL): Promise<ApiResponse>;
  /** The same, with undefined for 404 and 410. */
  find(target: string | URL): Promise<ApiResponse | undefined>;
  /** Logs a remark for `--verbose`. */
  debug(event: LogEvent, text: string): void;
}

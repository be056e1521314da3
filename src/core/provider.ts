import type { LogEvent } from './log-events.ts';
import type { FilterKey, Query } from './query.ts';
import type { MediaFormat, Recording } from './recording.ts';

/** Values of a profile by field key; the secret among them is in clear. */
export type Credentials = Readonly<Record<string, string>>;

interface CredentialField {
  readonly key: string;
  readonly label: string;
  /** Where to find the value, or what it looks like, for prompts. */
  readonly hint: string;
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
  /** User name and password of HTTP Basic. */
  basicAuth(credentials: Credentials): readonly [user: string, password: string];
}

/** What is known of one API without a request. */
export interface ApiDefinition {
  readonly vendor: Vendor;
  readonly api: string;
  readonly title: string;
  /** The public document the adapter was written from. */
  readonly documentationUrl: string;
  /** Filters that the API applies; the core applies all of them again. */
  readonly serverFilters: readonly FilterKey[];
  /** Filters on fields that this API never returns: nothing can match them. */
  readonly unsupportedFilters: readonly FilterKey[];
  readonly formats: readonly MediaFormat[];
  /** Protected media: which hosts may receive the credentials, and in which form. */
  readonly protectedMedia: ProtectedMedia;
  /** The most rows on a page. */
  readonly pageSize: number;
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

/** What a vendor documents of media that require the account's credentials. */
export interface ProtectedMedia {
  /** Hosts beside the account's own server, over https; `.example.com` means every host below it. */
  readonly hosts: readonly string[];
  /** Tried in this order when such a host demands credentials. */
  readonly authSchemes: readonly AuthScheme[];
}

/** Where the media of a recording is. */
export interface Media {
  readonly url: string;
  /** Undefined where only the server's response can tell. */
  readonly format: MediaFormat | undefined;
  /** Bytes of this format; null when not reported by the provider. */
  readonly sizeBytes: number | null;
  /** The link is its own permission and lasts minutes: it is fetched right before its use, and gets no credentials. */
  readonly signed: boolean;
}

/** One opened API of one account. */
export interface Provider {
  /** Pages as the API serves them, newest first where the API has an order. */
  pages(query: Query): AsyncIterable<Page>;
  /** The recording with that id, undefined when not found; with `links`, one whose media link lasts a while. */
  find(id: string, links?: boolean): Promise<Recording | undefined>;
  /**
   * Where a recording's media is in a format, by default the native one; undefined when it has none. Fetches nothing.
   */
  media(recording: Recording, format?: MediaFormat): Media | undefined;
}

export interface Page {
  readonly recordings: readonly Recording[];
  /** Entries without a readable id, which cannot be listed. */
  readonly unreadable: number;
  /** The API reports another page after this one. */
  readonly hasMore: boolean;
  /** Rows on a full page, where the API reports it. */
  readonly rowsPerPage?: number;
  /** Rows in the complete list, where the API reports it. */
  readonly totalRows?: number;
  /** Read once more, to see whether rows have moved. */
  readonly isReread?: boolean;
}

/** One response of an API: status 200 and JSON. */
export interface ApiResponse {
  readonly body: unknown;
  readonly url: URL;
  /** `api.plivo.com returned HTTP 200 with application/json`, for messages. */
  readonly described: string;
}

/** What an adapter may do: send requests to its own account's origin, and log what it saw. */
export interface ApiClient {
  readonly profile: string;
  /** Scheme, host and port of the account's server. */
  readonly origin: string;
  /** Milliseconds since 1970. */
  now(): number;
  /** Requests a path or URL. Throws a failure: `unsafe` for another origin, `credentials`, `unavailable`. */
  get(target: string | URL): Promise<ApiResponse>;
  /** The same, with undefined for 404. */
  find(target: string | URL): Promise<ApiResponse | undefined>;
  /** Logs a remark for `--verbose`. */
  debug(event: LogEvent, text: string): void;
}

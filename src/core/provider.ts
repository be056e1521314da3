import type { LogEvent } from './log-events.ts';
import type { FilterKey, Query } from './query.ts';
import type { MediaFormat, Recording } from './recording.ts';

/** Values of a profile by field key; the secret among them is in clear. */
export type Credentials = Readonly<Record<string, string>>;

interface CredentialField {
  readonly key: string;
  readonly label: string;
  /** Where to find it, or what it looks like, for who is asked. */
  readonly where: string;
  readonly variable: string;
  readonly secret: boolean;
}

/** A vendor: what its APIs have in common. */
export interface Vendor {
  readonly name: string;
  readonly title: string;
  readonly fields: readonly CredentialField[];
  /** The keys of the fields that together open the door; each way has one secret. */
  readonly authMethods: readonly (readonly string[])[];
  /** The origin of the vendor's servers for these credentials; throws a usage failure for an impossible value. */
  origin(credentials: Credentials): string;
  /** User name and password of HTTP Basic. */
  login(credentials: Credentials): readonly [user: string, password: string];
}

/** What is known of one API without asking it. */
export interface Definition {
  readonly vendor: Vendor;
  readonly api: string;
  readonly title: string;
  /** The public document the adapter was written from. */
  readonly document: string;
  /** Filters the API applies by itself; the core applies all of them again. */
  readonly serverFilters: readonly FilterKey[];
  /** Filters on what the API never says: nothing can match them. */
  readonly unsupportedFilters: readonly FilterKey[];
  readonly formats: readonly MediaFormat[];
  /** Protected media: who may be shown the credentials, and how. */
  readonly protectedMedia: ProtectedMedia;
  /** The most rows on a page. */
  readonly pageSize: number;
  readonly limits: string;
  /** The most requests in any span of so many milliseconds. */
  readonly rate?: { readonly requests: number; readonly milliseconds: number };
  /** What the credentials must be allowed to do, in the vendor's words. */
  readonly scope?: string;
  open(credentials: Credentials, client: ApiClient): Provider;
}

/** Forms in which a server takes the credentials: as user and password, or the secret alone. */
export type Login = 'basic' | 'bearer';

/** What a vendor documents of media that only the account may have. */
export interface ProtectedMedia {
  /** Hosts beside the account's own server, by https; `.example.com` stands for every host below it. */
  readonly hosts: readonly string[];
  /** Tried in this order when such a host asks. */
  readonly logins: readonly Login[];
}

/** Where the media of a recording is. */
export interface Media {
  readonly url: string;
  /** Undefined where only the server's answer can tell. */
  readonly format: MediaFormat | undefined;
  /** Bytes of this format, where the provider tells. */
  readonly sizeBytes: number | null;
  /** The link lasts minutes and is its own permission: it is asked for right before its use, and gets no credentials. */
  readonly signed: boolean;
}

/** One opened API of one account. */
export interface Provider {
  /** Pages as the API serves them, newest first where the API has an order. */
  pages(query: Query): AsyncIterable<Page>;
  /** The recording of that id, or undefined when there is none; with `links`, one whose link to the media lasts a while. */
  find(id: string, links?: boolean): Promise<Recording | undefined>;
  /** Where a recording's media is in a format, by default the native one; undefined when there is none. Fetches nothing. */
  media(recording: Recording, format?: MediaFormat): Media | undefined;
}

export interface Page {
  readonly recordings: readonly Recording[];
  /** Entries that carry no readable id, so that they cannot be listed. */
  readonly unreadable: number;
  /** The API says that there is another page after this one. */
  readonly hasMore: boolean;
  /** Rows on a full page, where the API tells. */
  readonly size?: number;
  /** Rows in the whole list, where the API tells. */
  readonly total?: number;
  /** Read once more, to see whether rows have moved. */
  readonly isReread?: boolean;
}

/** One answer of an API: status 200 and JSON. */
export interface ApiResponse {
  readonly body: unknown;
  readonly url: URL;
  /** `api.plivo.com answered 200 with application/json`, for messages. */
  readonly described: string;
}

/** What an adapter may do: ask its own account's origin, and say what it saw. */
export interface ApiClient {
  readonly profile: string;
  /** Scheme, host and port of the account's server. */
  readonly origin: string;
  /** Milliseconds since 1970. */
  now(): number;
  /** Asks for a path or URL. Throws a failure: `unsafe` for another origin, `credentials`, `unavailable`. */
  get(target: string | URL): Promise<ApiResponse>;
  /** The same, with undefined for 404. */
  find(target: string | URL): Promise<ApiResponse | undefined>;
  /** A remark for `--verbose`. */
  debug(event: LogEvent, text: string): void;
}

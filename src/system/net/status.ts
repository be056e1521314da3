/** What an HTTP status means. The API client and the media client each decide what follows from it. */
export type StatusKind =
  | 'success'
  /** Part of a file, from the byte that was requested. */
  | 'partial'
  | 'redirect'
  /** The credentials were not sent or not accepted; of media, the link may have expired. */
  | 'credentials'
  | 'missing'
  | 'gone'
  /** The file does not reach to the byte that was requested. */
  | 'range'
  | 'unavailable';

export interface StatusRule {
  readonly kind: StatusKind;
  /** Whether the same request may succeed a moment later. */
  readonly isTransient: boolean;
}

const success: StatusRule = { kind: 'success', isTransient: false };
const partial: StatusRule = { kind: 'partial', isTransient: false };
const redirect: StatusRule = { kind: 'redirect', isTransient: false };
const credentials: StatusRule = { kind: 'credentials', isTransient: false };
const missing: StatusRule = { kind: 'missing', isTransient: false };
const gone: StatusRule = { kind: 'gone', isTransient: false };
const range: StatusRule = { kind: 'range', isTransient: false };
const transient: StatusRule = { kind: 'unavailable', isTransient: true };
const permanent: StatusRule = { kind: 'unavailable', isTransient: false };

/**
 * The one table of statuses. A status without a row is an unexpected answer, which no retry changes: 204, 300, 304,
 * 400, 501.
 */
const rules: Readonly<Record<number, StatusRule>> = {
  200: success,
  206: partial,
  301: redirect,
  302: redirect,
  303: redirect,
  307: redirect,
  308: redirect,
  401: credentials,
  403: credentials,
  404: missing,
  408: transient,
  410: gone,
  416: range,
  425: transient,
  429: transient,
  500: transient,
  502: transient,
  503: transient,
  504: transient,
};

export const statusRule = (status: number): StatusRule => rules[status] ?? permanent;

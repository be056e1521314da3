/** Meaning of an HTTP status; each client decides how to react. */
export type StatusKind =
  | 'success'
  /** Part of a file, from the byte that was requested. */
  | 'partial'
  | 'redirect'
  /** Credentials missing or rejected; for media, the link may have expired. */
  | 'credentials'
  | 'missing'
  | 'gone'
  /** The requested range is beyond the end of the file. */
  | 'range'
  /** The server will not answer such a request, now or later. */
  | 'invalid'
  | 'unavailable';

export interface StatusRule {
  readonly kind: StatusKind;
  /** Whether the same request may succeed if retried. */
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
const invalid: StatusRule = { kind: 'invalid', isTransient: false };

/**
 * The one table of statuses. Of those without a row, the ones of the client (400, 405, 422) blame the request, and the
 * ones of the server (500, 503, a CDN's own 520 to 530) may be over soon; any other is unexpected, and no retry changes
 * it: 204, 300, 304.
 */
const rules: Readonly<Record<number, StatusRule>> = {
  200: success,
  203: success,
  206: partial,
  301: redirect,
  302: redirect,
  303: redirect,
  307: redirect,
  308: redirect,
  401: credentials,
  402: permanent,
  403: credentials,
  404: missing,
  407: permanent,
  408: transient,
  409: permanent,
  410: gone,
  416: range,
  421: permanent,
  423: permanent,
  424: permanent,
  425: transient,
  429: transient,
  501: permanent,
  505: permanent,
};

export const statusRule = (status: number): StatusRule => rules[status] ?? classRule(status);

const classRule = (status: number): StatusRule => {
  if (status >= 500 && status < 600) return transient;
  return status >= 400 && status < 500 ? invalid : permanent;
};

export const isErrorStatus = (status: number): boolean => status >= 400;

/** Outside of what `new Response` accepts. */
export const isInvalidStatus = (status: number): boolean => status < 200 || status > 599;

/** `new Response` rejects a body with these. */
export const isBodilessStatus = (status: number): boolean => [204, 205, 304].includes(status);

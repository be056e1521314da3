import { isRow } from '../core/decode.ts';
import { Failure, type FailureContext } from '../core/failure.ts';

/** Whether an error is the system's of that code. */
export const isCode = (error: unknown, code: string): boolean =>
  error instanceof Error && 'code' in error && error.code === code;

/** Whether an error may pass: a retryable status, or a connection that failed for another reason than TLS. */
export const isTransient = (error: unknown): boolean => {
  if (responseOf(error) !== undefined) return true; // ky throws only the retryable ones
  if (error instanceof Failure) return false;
  return !isUntrusted(error) && !isForbidden(error);
};

/** Ports that fetch never opens, such as 5060. */
const isForbidden = (error: unknown): boolean =>
  error instanceof Error && error.cause instanceof Error && error.cause.message === 'bad port';

const isUntrusted = (error: unknown): boolean => /CERT|SSL|TLS|ISSUER|SIGNATURE|EPROTO|CRL/.test(codeOf(error) ?? '');

export const unreachable = (error: unknown, host: string, attempts: number, about: FailureContext): Error => {
  if (error instanceof Failure) return error;
  const times = attempts > 1 ? ` after ${attempts} attempts` : '';
  const hint = isUntrusted(error)
    ? 'The server could not prove who it is; for a private authority set NODE_EXTRA_CA_CERTS'
    : undefined;
  return new Failure('unavailable', `${host} cannot be reached${times}: ${describeError(error)}`, {
    hint,
    cause: error,
    about,
  });
};

/** What went wrong, in words free of addresses: messages of fetch can hold a URL or a header. */
export const describeError = (error: unknown): string => {
  const response = responseOf(error);
  if (response !== undefined) return `status ${response.status}`;
  if (error instanceof StallError) return error.message;
  if (error instanceof Error && error.name === 'TimeoutError') return 'no whole answer in time';
  if (isForbidden(error)) return 'web clients refuse its port';
  const code = codeOf(error);
  return code === undefined ? 'the connection failed' : (reasons[code] ?? `the connection failed (${code})`);
};

const reasons: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'connection refused (ECONNREFUSED)',
  ECONNRESET: 'the connection was reset (ECONNRESET)',
  UND_ERR_SOCKET: 'the connection broke off',
  UND_ERR_CONNECT_TIMEOUT: 'connecting took too long',
  PROXY: 'the proxy gave no way through',
  UND_ERR_ABORTED: 'the proxy refused the way through',
  ENOTFOUND: 'the host name is unknown (ENOTFOUND)',
  EAI_AGAIN: 'the host name could not be looked up (EAI_AGAIN)',
  CERT_HAS_EXPIRED: 'its certificate has expired (CERT_HAS_EXPIRED)',
  ERR_TLS_CERT_ALTNAME_INVALID: 'its certificate is for another host (ERR_TLS_CERT_ALTNAME_INVALID)',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'its certificate is self-signed (DEPTH_ZERO_SELF_SIGNED_CERT)',
};

/** The system's or TLS's code of an error, wherever fetch hid it. */
const codeOf = (error: unknown, depth = 0): string | undefined => {
  if (!(error instanceof Error) || depth > 4) return undefined;
  if ('code' in error && typeof error.code === 'string') return error.code;
  const inner = error instanceof AggregateError ? error.errors[0] : error.cause;
  return codeOf(inner, depth + 1);
};

export const responseOf = (error: unknown): Response | undefined =>
  error instanceof Error && 'response' in error && error.response instanceof Response ? error.response : undefined;

/** A proxy that gives no way to the server. */
export class ProxyError extends Error {
  readonly code = 'PROXY';

  constructor(cause: unknown) {
    super('no way through the proxy', { cause });
  }
}

/** An answer that may be better in a moment. */
export class RetryableError extends Error {
  /** Milliseconds that the server asks for. */
  readonly demanded: number | undefined;
  /** Nothing is gained by waiting. */
  readonly atOnce: boolean;

  constructor(message: string, more: { readonly demanded?: number | undefined; readonly atOnce?: boolean } = {}) {
    super(message);
    this.demanded = more.demanded;
    this.atOnce = more.atOnce ?? false;
  }
}

/** A server that is too slow; the message says in what. */
export class StallError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'TimeoutError';
  }
}

/** `: Not found`, what an error body says, in any of the shapes the providers use; empty when it says nothing. */
export const errorDetail = async (response: Response): Promise<string> => {
  try {
    const message = messageIn(JSON.parse(await response.text()));
    return message === undefined ? '' : `: ${message}`;
  } catch {
    return '';
  }
};

const messageIn = (body: unknown, depth = 0): string | undefined => {
  if (typeof body === 'string') return body.trim() || undefined;
  if (Array.isArray(body)) return messageIn(body[0], depth + 1);
  if (!isRow(body) || depth > 4) return undefined;
  const keys = ['message', 'detail', 'error', 'errors', 'description', 'title'];
  for (const key of keys) {
    const message = messageIn(body[key], depth + 1);
    if (message !== undefined) return message;
  }
  return undefined;
};

import { constants } from 'node:os';
import { isRow } from '../core/decode.ts';
import { Failure } from '../core/failure.ts';

/** Whether an error has this system error code, such as `ENOENT`. */
export const hasErrorCode = (error: unknown, code: string): boolean => error instanceof Error && codeOf(error) === code;

/** The code of an error itself. Node has no word for some of the system's numbers, such as those of ESTALE and EDQUOT. */
const codeOf = (error: Error): string | undefined => {
  if (!('code' in error) || typeof error.code !== 'string') return undefined;
  const number = /^Unknown system error -(\d+)$/.exec(error.code)?.[1];
  const found = number && Object.entries(constants.errno).find(([, value]) => value === Number(number));
  return found ? found[0] : error.code;
};

/** `exited with code 1` or `was killed by SIGTERM`: how a child process ended. */
export const describeExit = (code: number | null, signal: NodeJS.Signals | null): string =>
  code === null ? `was killed by ${signal}` : `exited with code ${code}`;

/** The failure for what the system refuses a process, for example under `ulimit`; undefined for any other error. */
export const systemLimitFailure = (error: unknown): Failure | undefined => {
  if (isOutOfDescriptors(error))
    return new Failure('local', systemReason(error), { hint: DESCRIPTORS_HINT, cause: error });
  return error instanceof RangeError && /memory|allocation/i.test(error.message)
    ? new Failure('local', 'not enough memory', { hint: 'Raise the limit: ulimit -v unlimited', cause: error })
    : undefined;
};

/** Whether an error is transient: not a TLS failure, a blocked port or a limit of this machine. */
export const isTransient = (error: unknown): boolean =>
  error instanceof RetryableError ||
  !(error instanceof Failure || isTlsError(error) || isBlockedPort(error) || isOutOfDescriptors(error));

/** Whether this process, or the system, has no file descriptor left for a file or a connection. */
export const isOutOfDescriptors = (error: unknown): boolean => ['EMFILE', 'ENFILE'].includes(errorCode(error) ?? '');

export const DESCRIPTORS_HINT = 'Raise the limit: ulimit -n 4096';

/** Ports that fetch never opens, such as 5060. */
const isBlockedPort = (error: unknown): boolean =>
  error instanceof Error && error.cause instanceof Error && error.cause.message === 'bad port';

/** Whether TLS verification failed, of the server or of the proxy. */
export const isTlsError = (error: unknown): boolean =>
  /CERT|SSL|TLS|ISSUER|SIGNATURE|EPROTO|CRL/.test(errorCode(proxyErrorIn(error)?.cause ?? error) ?? '');

/** Whether a certificate is not valid now, as it seems to a machine whose clock is wrong. */
export const isValidityError = (error: unknown): boolean =>
  ['CERT_HAS_EXPIRED', 'CERT_NOT_YET_VALID'].includes(errorCode(proxyErrorIn(error)?.cause ?? error) ?? '');

/** Describes an error without URLs: fetch messages can contain a URL or header. */
export const describeError = (error: unknown): string => {
  if (error instanceof StallError || error instanceof RetryableError) return error.message;
  if (error instanceof Error && error.name === 'TimeoutError') return 'no complete response in time';
  if (isBlockedPort(error)) return 'port blocked by the HTTP client';
  const proxyError = isTlsError(error) ? proxyErrorIn(error) : undefined;
  if (proxyError !== undefined) return `proxy connection failed: ${describeError(proxyError.cause)}`;
  const code = errorCode(error);
  if (code === undefined) return 'connection failed';
  const known = reasons[code] ?? (systemMessages[code] && `${systemMessages[code]} (${code})`);
  // Of the parsers of node:http and fetch.
  const isInvalid = code.startsWith('HPE_') || code === 'ERR_ASSERTION';
  return known ?? `${isInvalid ? 'invalid HTTP response' : 'connection failed'} (${code})`;
};

const reasons: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'connection refused (ECONNREFUSED)',
  ECONNRESET: 'connection reset (ECONNRESET)',
  UND_ERR_SOCKET: 'connection closed early',
  UND_ERR_CONNECT_TIMEOUT: 'connection timed out',
  PROXY: 'proxy connection failed',
  UND_ERR_ABORTED: 'proxy refused the connection',
  EMFILE: 'too many open files (EMFILE)',
  ENFILE: 'too many open files in system (ENFILE)',
  ENOTFOUND: 'host name not found (ENOTFOUND)',
  EAI_AGAIN: 'host name lookup failed (EAI_AGAIN)',
  CERT_NOT_YET_VALID: 'its certificate is not valid yet (CERT_NOT_YET_VALID)',
  CERT_HAS_EXPIRED: 'its certificate has expired (CERT_HAS_EXPIRED)',
  ERR_TLS_CERT_ALTNAME_INVALID: 'its certificate is for another host (ERR_TLS_CERT_ALTNAME_INVALID)',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'its certificate is self-signed (DEPTH_ZERO_SELF_SIGNED_CERT)',
};

/** The system or TLS error code, also from nested causes. */
export const errorCode = (error: unknown, depth = 0): string | undefined => {
  if (!(error instanceof Error) || depth > 4) return undefined;
  const code = codeOf(error);
  if (code !== undefined) return code;
  const inner = error instanceof AggregateError ? error.errors[0] : error.cause;
  return errorCode(inner, depth + 1);
};

/** Whether a link failed because the file system has no hard links, such as exFAT and some mounts (EIO: `rclone mount`). */
export const isWithoutHardLinks = (error: unknown): boolean =>
  ['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EINVAL', 'EMLINK', 'EACCES', 'EIO', 'EXDEV'].includes(
    errorCode(error) ?? '',
  );

/** `no space left on device (ENOSPC)`: the message and code of a system error. */
export const systemReason = (error: unknown): string => {
  const code = errorCode(error) ?? 'unknown error';
  const reason = systemMessages[code];
  return reason === undefined ? code : `${reason} (${code})`;
};

/** Messages of strerror. */
const systemMessages: Readonly<Record<string, string>> = {
  ENOSPC: 'no space left on device',
  EDQUOT: 'disk quota exceeded',
  EFBIG: 'file too large',
  EROFS: 'read-only file system',
  EACCES: 'permission denied',
  EPERM: 'operation not permitted',
  EIO: 'input/output error',
  ENOENT: 'no such file or directory',
  ENOTDIR: 'not a directory',
  EISDIR: 'is a directory',
  EEXIST: 'file exists',
  EINVAL: 'invalid argument',
  EILSEQ: 'invalid or incomplete multibyte or wide character',
  ELOOP: 'too many levels of symbolic links',
  ENAMETOOLONG: 'file name too long',
  EMFILE: 'too many open files',
  ENFILE: 'too many open files in system',
  ESTALE: 'stale file handle',
  ENOSYS: 'function not implemented',
  ENOTSUP: 'operation not supported',
  EOPNOTSUPP: 'operation not supported',
  ESPIPE: 'illegal seek',
  EMLINK: 'too many links',
  ENOMEM: 'cannot allocate memory',
  EBUSY: 'device or resource busy',
  ENXIO: 'no such device or address',
  ENODEV: 'no such device',
  ENOTCONN: 'transport endpoint is not connected',
  EREMOTEIO: 'remote I/O error',
  EXDEV: 'invalid cross-device link',
  ENOTEMPTY: 'directory not empty',
  ETXTBSY: 'text file busy',
  EBADF: 'bad file descriptor',
  EAGAIN: 'resource temporarily unavailable',
  EPIPE: 'broken pipe',
  ETIMEDOUT: 'connection timed out',
  EHOSTUNREACH: 'no route to host',
  EHOSTDOWN: 'host is down',
  ENETUNREACH: 'network is unreachable',
  ENETDOWN: 'network is down',
  ECONNABORTED: 'software caused connection abort',
  EADDRNOTAVAIL: 'cannot assign requested address',
};

/** The proxy opened no connection to the server. */
export class ProxyError extends Error {
  readonly code = 'PROXY';

  constructor(cause: unknown) {
    super('proxy connection failed', { cause });
  }
}

/** A refusal of a request because there were too many, seen from the account's requests to that server. */
export interface Refusal {
  /** The first refusal since fewer requests may be under way. */
  readonly isFirst: boolean;
  /** Identifies the requests that are counted. */
  readonly pace: object;
  /** How many requests had got through when this one was sent, and when it was refused. */
  readonly progressAtStart: number;
  readonly progress: number;
}

const proxyErrorIn = (error: unknown, depth = 0): ProxyError | undefined => {
  if (error instanceof ProxyError) return error;
  return error instanceof Error && depth < 4 ? proxyErrorIn(error.cause, depth + 1) : undefined;
};

/** A response or transfer that may succeed at the next attempt; the message names the host. */
export class RetryableError extends Error {
  /** Milliseconds to wait, requested by the server. */
  readonly retryAfter: number | undefined;
  /** Retry without delay. */
  readonly isImmediate: boolean;
  /** The server refused the request because there were too many. */
  readonly refusal: Refusal | undefined;
  /** The API's response. */
  readonly response: Response | undefined;

  constructor(message: string, more: Partial<Omit<RetryableError, 'name' | 'message' | 'stack'>> = {}) {
    super(message, { cause: more.cause });
    this.retryAfter = more.retryAfter;
    this.isImmediate = more.isImmediate ?? false;
    this.refusal = more.refusal;
    this.response = more.response;
  }
}

/** A timeout; the message names the phase. */
export class StallError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'TimeoutError';
  }
}

/** `: Not found`: the message in an error body, JSON in any provider's format or XML; empty if none. */
export const errorDetail = (body: string): string => {
  const message = jsonMessage(body) ?? /<Message>([^<]{1,1000})</i.exec(body.slice(0, MAX_XML))?.[1]?.trim();
  return message ? `: ${message.slice(0, MAX_MESSAGE)}` : '';
};

/** Characters of an XML body that are searched for a message. */
const MAX_XML = 10_000;
/** Maximum characters of a provider's message. */
const MAX_MESSAGE = 1000;

const jsonMessage = (body: string): string | undefined => {
  try {
    return messageIn(JSON.parse(body));
  } catch {
    return undefined;
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

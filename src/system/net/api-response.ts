import { Failure } from '../../core/failure.ts';
import type { ApiDefinition, ApiResponse } from '../../core/provider.ts';
import { decodeBody } from '../../core/text/decode-body.ts';
import { parseJson } from '../../core/text/lossless-json.ts';
import {
  DESCRIPTORS_HINT,
  describeError,
  errorDetail,
  isOutOfDescriptors,
  isTlsError,
  isValidityError,
} from '../errors.ts';
import { limits } from '../limits.ts';
import type { Account } from './authorization.ts';
import { afterAttempts, type RetryBudget, type RetryDecision, retryAfterDetail } from './pacing/retry.ts';
import { type StatusKind, statusRule } from './status.ts';

/** Names the API and the profile of a request in the log and in failures. */
export type RequestContext = Readonly<Record<'provider' | 'api' | 'profile', string>>;

/** The account and API that sent a request. */
interface Requester {
  readonly account: Account;
  readonly definition: ApiDefinition;
  readonly about: RequestContext;
  readonly budget: RetryBudget;
  /** Logs a warning, once for all requests. */
  warnOnce(text: string): void;
}

/** The JSON of a response. Throws for any status other than 200 and for a body that is not JSON. */
export const readApiResponse = async (response: Response, url: URL, requester: Requester): Promise<ApiResponse> => {
  if (statusRule(response.status).kind !== 'success') throw await statusFailure(response, requester);
  requester.budget.recordSuccess();
  const described = `${url.host} returned HTTP ${response.status} with ${contentTypeOf(response)}`;
  const contentType = response.headers.get('content-type');
  const { text, isAltered } = decodeBody(new Uint8Array(await response.arrayBuffer()), contentType);
  if (isAltered)
    requester.warnOnce(`${url.host} sent text that is not UTF-8: unreadable characters are shown as \ufffd`);
  return { body: parse(text, described, contentType), url, vendorOrigin: requester.account.vendorOrigin, described };
};

/** The failure for an error status; `exhausted` if it was transient, and its attempts are used up. */
export const statusFailure = async (
  response: Response,
  { account, definition, about, budget }: Requester,
  exhausted?: { readonly attempts: number } & Pick<RetryDecision, 'retryAfter'>,
): Promise<Failure> => {
  const { status } = response;
  const { host } = new URL(account.origin);
  const profile = `profile "${account.profile}"`;
  const detail = errorDetail(await response.text());
  const context = { ...about, status };
  const isTransient = exhausted !== undefined;
  if (!isTransient && statusRule(status).kind === 'credentials') {
    return new Failure(
      'credentials',
      `${definition.vendor.title} rejected the credentials of ${profile} (HTTP ${status} from ${host})${detail}`,
      { hint: account.rejectedHint, about: context },
    );
  }
  if (rejectedKinds.includes(statusRule(status).kind)) {
    return new Failure('invalid', `${host} rejected a request for ${profile} as invalid (HTTP ${status})${detail}`, {
      hint: 'The same command will fail again: check its filters and the profile',
      about: context,
    });
  }
  const times = isTransient ? afterAttempts(exhausted.attempts) + retryAfterDetail(exhausted) : '';
  const isOutOfRetries = isTransient && budget.isEmpty();
  return new Failure('unavailable', `${host} returned HTTP ${status} for ${profile}${times}${detail}`, {
    hint: isOutOfRetries ? `Run again later: the run's ${limits.retriesPerRun} retries are used up` : undefined,
    about: context,
  });
};

/** After these the same request is rejected again. */
const rejectedKinds: readonly StatusKind[] = ['invalid', 'gone', 'range'];

/** The failure for a request without a complete response. */
export const connectionFailure = (error: unknown, host: string, attempts: number, about: RequestContext): Error => {
  if (error instanceof Failure) return error;
  if (isOutOfDescriptors(error)) {
    const message = `no connection to ${host}${afterAttempts(attempts)}: ${describeError(error)}`;
    return new Failure('local', message, { hint: DESCRIPTORS_HINT, cause: error, about });
  }
  const hint = isValidityError(error)
    ? "Check this machine's clock"
    : isTlsError(error)
      ? 'Check the address; to trust a private certificate authority, set NODE_EXTRA_CA_CERTS'
      : undefined;
  return new Failure('unavailable', `${host} cannot be reached${afterAttempts(attempts)}: ${describeError(error)}`, {
    hint,
    cause: error,
    about,
  });
};

const contentTypeOf = (response: Response): string =>
  response.headers.get('content-type')?.split(';')[0] || 'no content type';

const parse = (text: string, described: string, contentType: string | null): unknown => {
  try {
    return parseJson(text);
  } catch {
    throw new Failure('unavailable', `${described}: ${jsonProblem(text)}`, {
      hint: looksLikeHtml(text, contentType)
        ? 'Check --base-url and the proxy: a login page or another server may have responded instead of the provider'
        : undefined,
    });
  }
};

const looksLikeHtml = (text: string, contentType: string | null): boolean =>
  /html/i.test(contentType ?? '') || text.slice(0, 1000).trimStart().startsWith('<');

/** What keeps a text from being JSON, and where. */
const jsonProblem = (text: string): string => {
  if (text.trim() === '') return 'the body is empty';
  const [, position] = / at position (\d{1,9})/.exec(messageOfJsonError(text).slice(-200)) ?? [];
  if (position === undefined) return 'the body is not JSON';
  const what =
    Number(position) >= text.length
      ? 'it ends too early'
      : isControlCharacter(text, Number(position))
        ? 'control character'
        : 'unexpected character';
  return `the body is not JSON (position ${position}: ${what})`;
};

const isControlCharacter = (text: string, position: number): boolean => text.charCodeAt(position) < 0x20;

const messageOfJsonError = (text: string): string => {
  try {
    JSON.parse(text);
    return '';
  } catch (error) {
    return error instanceof Error ? error.message : '';
  }
};

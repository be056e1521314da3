import { Failure } from '../../core/failure.ts';
import { StallError } from '../errors.ts';
import { limits } from '../limits.ts';
import { isClosedEarly, UnansweredError } from './connections.ts';
import { isBodilessStatus, isInvalidStatus, statusRule } from './status.ts';

/**
 * Fetches headers and body within the time and size limits, so that ky also retries truncated bodies; of an error only the
 * beginning of the body. Returns the response and the number of bytes that were read.
 */
export const boundedFetch = async (
  request: Request,
  route: RequestInit,
  timeout: number,
): Promise<readonly [Response, bytes: number]> => {
  const { host } = new URL(request.url);
  const controller = new AbortController();
  const abort = (): void => controller.abort(request.signal.reason);
  request.signal.addEventListener('abort', abort, { once: true });
  const headersLimit = Math.min(limits.headersTimeout, timeout);
  const stopAfter = (milliseconds: number, message: string): NodeJS.Timeout =>
    setTimeout(() => controller.abort(new StallError(message)), milliseconds);
  const headersTimer = stopAfter(headersLimit, `no response within ${headersLimit / 1000} s`);
  const totalTimer = stopAfter(timeout, 'no complete response in time');
  try {
    const response = await fetch(request, { ...route, signal: controller.signal }).catch((error: unknown) => {
      throw isClosedEarly(error) ? new UnansweredError(error) : error;
    });
    clearTimeout(headersTimer);
    const chunks: Uint8Array[] = [];
    const isSuccess = statusRule(response.status).kind === 'success';
    let size = 0;
    for await (const chunk of response.body ?? []) {
      size += chunk.byteLength;
      if (size > limits.maxPageBytes) {
        controller.abort();
        throw new Failure('unavailable', `${host} sent a response larger than ${limits.maxPageBytes / 2 ** 20} MiB`);
      }
      chunks.push(chunk);
      // The status decides; the rest of a body with a message is not worth reading.
      if (!isSuccess && size >= limits.maxErrorBytes) break;
    }
    const { status, headers } = response;
    if (isInvalidStatus(status)) throw new Failure('unavailable', `${host} returned the invalid HTTP status ${status}`);
    return [new Response(isBodilessStatus(status) ? null : Buffer.concat(chunks), { status, headers }), size];
  } finally {
    clearTimeout(headersTimer);
    clearTimeout(totalTimer);
    request.signal.removeEventListener('abort', abort);
  }
};

import { Failure } from '../../core/failure.ts';
import { StallError } from '../errors.ts';
import { limits } from '../limits.ts';

/**
 * Fetches headers within their limit and the whole body up to its limit, so that ky retries a body that breaks off; the
 * response and the bytes of its body.
 */
export const boundedFetch = async (
  request: Request,
  route: RequestInit,
  timeout: number,
): Promise<readonly [Response, bytes: number]> => {
  const patience = new AbortController();
  const giveUp = (): void => patience.abort(request.signal.reason);
  request.signal.addEventListener('abort', giveUp, { once: true });
  const headersLimit = Math.min(limits.headersTimeout, timeout);
  const timer = setTimeout(
    () => patience.abort(new StallError(`no answer within ${headersLimit / 1000} s`)),
    headersLimit,
  );
  try {
    const response = await fetch(request, { ...route, signal: patience.signal });
    clearTimeout(timer);
    const chunks: Uint8Array[] = [];
    let size = 0;
    for await (const chunk of response.body ?? []) {
      size += chunk.byteLength;
      if (size > limits.pageBytes) {
        patience.abort();
        throw new Failure('unavailable', `an answer is larger than ${limits.pageBytes / 2 ** 20} MiB`);
      }
      chunks.push(chunk);
    }
    const empty = [101, 204, 205, 304].includes(response.status);
    const { status, headers } = response;
    if (status < 200 || status > 599)
      throw new Failure('unavailable', `the answer has the impossible status ${status}`);
    return [new Response(empty ? null : Buffer.concat(chunks), { status, headers }), size];
  } finally {
    clearTimeout(timer);
    request.signal.removeEventListener('abort', giveUp);
  }
};

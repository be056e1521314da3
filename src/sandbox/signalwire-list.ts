import { integerParameter, type Reply, type SandboxEntry, sliceAfter } from './api.ts';

const PAGE_SIZE = 50;
const MAX_PAGE_SIZE = 1000;

/**
 * A list of SignalWire's own APIs: rows in `data`, relative links between pages, a token for every page but the first.
 */
export const nextLinkReply = (
  url: URL,
  entries: readonly SandboxEntry[],
  extraParameters: readonly string[],
): Reply => {
  const parameters = url.searchParams;
  const size = integerParameter(parameters.get('page_size'), PAGE_SIZE);
  const number = integerParameter(parameters.get('page_number'), 0);
  const token = parameters.get('page_token');
  const unknown = [...parameters.keys()].find(
    (key) => !['page_size', 'page_number', 'page_token', ...extraParameters].includes(key),
  );
  if (unknown !== undefined) return invalid(`${unknown}_is_unknown`);
  if (size === undefined || size < 1 || size > MAX_PAGE_SIZE) return invalid('page_size_is_invalid');
  if (number === undefined) return invalid('page_number_is_invalid');
  if (number > 0 && token === null) return invalid('page_token_required');
  const slice = sliceAfter(entries, token, size);
  if (slice === undefined) return invalid('page_token_is_invalid');

  const link = (page: number, of: string | null | undefined): string => {
    const query = new URLSearchParams(parameters);
    query.set('page_number', String(page));
    query.set('page_size', String(size));
    query.delete('page_token');
    if (of) query.set('page_token', of);
    return `${url.pathname}?${query}`;
  };
  return {
    status: 200,
    body: {
      links: {
        self: link(number, token),
        first: link(0, null),
        ...(slice.token === undefined ? {} : { next: link(number + 1, slice.token) }),
      },
      data: slice.page.map(({ row }) => row),
    },
  };
};

export const uuidPattern = /^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/i;

/** The answer to a request with an invalid parameter. */
export const invalid = (code: string): Reply => ({
  status: 422,
  body: { errors: [{ detail: code.replaceAll('_', ' '), status: '422', title: 'Invalid Parameter', code }] },
});

/** The answer to a request for what does not exist. */
export const notFoundReply: Reply = { status: 404, body: { error: 'Not Found' } };

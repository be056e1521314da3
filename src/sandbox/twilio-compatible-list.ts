import type { Row } from '../core/decode.ts';
import { DAY } from '../core/time/duration.ts';
import { type AnswerKey, integerParameter, type Reply, type SandboxApi, type SandboxEntry, sliceAfter } from './api.ts';
import type { Sample } from './samples.ts';

const PAGE_SIZE = 50;
const MAX_PAGE_SIZE = 1000;

/** Vendor differences. */
export interface CompatibleVendor {
  readonly provider: string;
  readonly api: string;
  readonly root: string;
  readonly account: string;
  readonly listSuffix: string;
  /** The forms of ids, as patterns; the server rejects others. */
  readonly idForms: { readonly call: RegExp; readonly conference: RegExp };
  /** Whether deleted recordings are kept, and listed on request. */
  readonly keepsDeleted: boolean;
  /** Months for which calls are kept; undefined if for ever. */
  readonly callMonths?: number;
  /** Whether a list has conferences of one status only: those in progress unless others are asked for. */
  readonly splitsConferences: boolean;
  readonly credentials: SandboxApi['credentials'];
  readonly basicAuth: SandboxApi['basicAuth'];
  /** What was recorded, the newest first. */
  recorded(now: number): readonly Sample[];
  entry(sample: Sample, index: number, origin: string): SandboxEntry;
  /** The id of an object with these letters, from one of a sample. */
  id(letters: string, uuid: string): string;
  /** A row of calls or conferences in the vendor's form, from one in Twilio's. */
  callRow(row: Row): Row;
  conferenceRow(row: Row): Row;
  /** The path of a link in the vendor's form. */
  link(path: string, page: number): string;
  readonly answerKey: AnswerKey;
}

/** A parameter that compares with a value, which may have to have a form. */
interface ListFilter {
  readonly form?: RegExp;
  matches(entry: SandboxEntry, value: string): boolean;
}

/** What a list of an account has, and by which parameters it can be narrowed. */
export interface AccountListRules {
  readonly resource: 'Recordings' | 'Calls' | 'Conferences';
  readonly rowsKey: string;
  /** The times that a parameter, or one with `<` or `>` at its end, compares with days. */
  readonly times: Readonly<Record<string, (entry: SandboxEntry) => number>>;
  readonly filters: Readonly<Record<string, ListFilter>>;
  /** Whether an entry is listed at all. */
  isListed(entry: SandboxEntry, parameters: URLSearchParams): boolean;
}

/** One page of a list: tokens for pages, days for dates, an error for every parameter that is not documented. */
export const accountListReply = (
  { searchParams: parameters }: URL,
  entries: readonly SandboxEntry[],
  rules: AccountListRules,
  vendor: CompatibleVendor,
): Reply => {
  const size = integerParameter(parameters.get('PageSize'), PAGE_SIZE);
  const number = integerParameter(parameters.get('Page'), 0);
  const token = parameters.get('PageToken');
  const problem = problemOf(parameters, rules);
  if (problem !== undefined) return badRequest(problem);
  if (size === undefined || size < 1 || size > MAX_PAGE_SIZE) return badRequest('PageSize is invalid');
  if (number === undefined || (number > 0 && token === null)) return badRequest('Page needs its PageToken');
  const matching = entries.filter((entry) => rules.isListed(entry, parameters) && matches(entry, parameters, rules));
  const slice = sliceAfter(matching, token, size);
  if (slice === undefined) return badRequest('PageToken is invalid');

  const path = `${vendor.root}/Accounts/${vendor.account}/${rules.resource}${vendor.listSuffix}`;
  const link = (page: number, of: string | null): string => {
    const query = new URLSearchParams(parameters);
    query.set('Page', String(page));
    query.set('PageSize', String(size));
    query.delete('PageToken');
    if (of !== null) query.set('PageToken', of);
    return `${vendor.link(path, page)}?${query}`;
  };
  return {
    status: 200,
    body: {
      uri: link(number, token),
      first_page_uri: link(0, null),
      next_page_uri: slice.token === undefined ? null : link(number + 1, slice.token),
      previous_page_uri: null,
      page: number,
      page_size: size,
      [rules.rowsKey]: slice.page.map(({ row }) => row),
    },
  };
};

/** Why the server rejects a request. */
const problemOf = (parameters: URLSearchParams, { times, filters }: AccountListRules): string | undefined => {
  for (const [key, value] of parameters) {
    if (Object.hasOwn(times, key.replace(/[<>]$/, ''))) {
      if (!/^\d{4}-\d\d-\d\d$/.test(value)) return `${key} should be YYYY-MM-DD`;
    } else if (Object.hasOwn(filters, key)) {
      if (filters[key]?.form?.test(value) === false) return `${key} is invalid`;
    } else if (!['Page', 'PageSize', 'PageToken'].includes(key)) return `unknown parameter ${key}`;
  }
  return undefined;
};

/** Days start at midnight UTC; an upper bound excludes the day itself, except its first instant. */
const matches = (entry: SandboxEntry, parameters: URLSearchParams, { times, filters }: AccountListRules): boolean => {
  const isInRange = ([name, timeOf]: readonly [string, (entry: SandboxEntry) => number]): boolean => {
    const day = (key: string): number | undefined =>
      parameters.has(key) ? Date.parse(`${parameters.get(key)}`) : undefined;
    const [on, from, to, at] = [day(name), day(`${name}>`), day(`${name}<`), timeOf(entry)];
    return (
      (from === undefined || at >= from) &&
      (to === undefined || at <= to) &&
      (on === undefined || (at >= on && at < on + DAY))
    );
  };
  return (
    Object.entries(times).every(isInRange) &&
    Object.entries(filters).every(([key, filter]) => {
      const value = parameters.get(key);
      return value === null || filter.matches(entry, value);
    })
  );
};

const badRequest = (message: string): Reply => ({
  status: 400,
  body: { code: 20001, message, more_info: '', status: 400 },
});

export const noSuchResource: Reply = {
  status: 404,
  body: { code: 20404, message: 'Not found', more_info: '', status: 404 },
};

/** `Tue, 25 Sep 2018 23:00:00 +0000`, or `Sept` as in one document. */
export const mailDate = (epoch: number, long: boolean): string => {
  const text = new Date(epoch).toUTCString().replace('GMT', '+0000');
  return long ? text.replace(' Sep ', ' Sept ') : text;
};

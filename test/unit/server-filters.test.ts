import { describe, expect, test } from 'vitest';
import { predicate, type Query } from '../../src/core/query.ts';
import { recording } from '../../src/core/recording.ts';
import {
  appliedFilters,
  clientFilters,
  nameSpellings,
  openAnswerCheck,
  rowsPerPage,
  type ServerParameter,
  serverRequests,
} from '../../src/core/server-filters.ts';
import { numberMatcher, numberSpellings } from '../../src/core/text/phone-number.ts';
import { definitions } from '../../src/providers/index.ts';

const serverParameters: readonly ServerParameter[] = [
  { filter: 'call', name: 'CallSid', field: 'callId', form: /^CA/ },
  { filter: 'from', name: 'from_number', field: 'from', spellings: numberSpellings },
  { filter: 'conference', name: 'name', field: 'conferenceName', spellings: nameSpellings },
  { filter: 'conference', name: 'uuid', field: 'conferenceId' },
];
const api = { serverFilters: ['since', 'call', 'from', 'conference'], serverParameters } as const;

const sent = (query: Query): readonly string[] =>
  serverRequests(query, serverParameters).map(({ parameters }) => String(new URLSearchParams(parameters)));

test('a page is no larger than the reader needs, unless a client-side filter drops rows', () => {
  expect(rowsPerPage({}, 1000, api)).toBe(1000);
  expect(rowsPerPage({ maxRows: 51 }, 1000, api)).toBe(51);
  expect(rowsPerPage({ maxRows: 1 }, 1000, api)).toBe(50);
  expect(rowsPerPage({ maxRows: 51 }, 20, api)).toBe(20);
  expect(rowsPerPage({ maxRows: 70, call: ['CA1'] }, 1000, api)).toBe(70);
  expect(rowsPerPage({ maxRows: 70, call: ['x'] }, 1000, api)).toBe(1000);
  expect(rowsPerPage({ maxRows: 70, to: ['+1'] }, 1000, api)).toBe(1000);
  expect(clientFilters({ call: ['CA1'], kind: ['call'], maxRows: 5 }, api)).toEqual(['kind']);
});

describe('a value', () => {
  test('without filters makes one request without parameters', () => expect(sent({})).toEqual(['']));

  test('is sent only in the form that the API documents', () => {
    expect(sent({ call: ['CA1'] })).toEqual(['CallSid=CA1']);
    expect(sent({ call: ['foo'] })).toEqual(['']);
    expect(appliedFilters({ call: ['foo'], since: '2026' }, api)).toEqual(['since']);
  });

  test('is sent in every spelling and to every parameter that may have it, in requests of their own', () => {
    expect(sent({ from: ['+14155550100'] })).toEqual([
      'from_number=%2B14155550100',
      'from_number=14155550100',
      'from_number=4155550100',
    ]);
    expect(sent({ from: ['4155550100'] })).toEqual(['']);
    expect(sent({ from: ['+1415*'] })).toEqual(['']);
    expect(sent({ conference: ['Re\u0301'] })).toEqual(['name=Re%CC%81', 'name=R%C3%A9', 'uuid=Re%CC%81']);
    expect(sent({ call: ['CA1'], conference: ['x'] })).toEqual(['CallSid=CA1&name=x', 'CallSid=CA1&uuid=x']);
  });
});

describe('several values', () => {
  const calls = (count: number): readonly string[] => Array.from({ length: count }, (_, index) => `CA${index}`);

  test('are sent in requests of their own, in every combination', () => {
    expect(sent({ call: ['CA1', 'CA2'] })).toEqual(['CallSid=CA1', 'CallSid=CA2']);
    expect(sent({ call: ['CA1', 'CA2'], from: ['sip:a@b', 'sip:c@d'] })).toEqual([
      'CallSid=CA1&from_number=sip%3Aa%40b',
      'CallSid=CA1&from_number=sip%3Ac%40d',
      'CallSid=CA2&from_number=sip%3Aa%40b',
      'CallSid=CA2&from_number=sip%3Ac%40d',
    ]);
  });

  test('that no row can have are left out; one that only recx can look up makes recx filter', () => {
    expect(sent({ call: ['CA1', 'foo'] })).toEqual(['CallSid=CA1']);
    expect(appliedFilters({ call: ['foo', 'CA1'] }, api)).toEqual(['call']);
    expect(sent({ from: ['+14155550100', '+1212*'] })).toEqual(['']);
    expect(clientFilters({ from: ['+14155550100', '+1212*'] }, api)).toEqual(['from']);
  });

  test('that need too many requests are left to recx, the most of them first, but not where only the server can compare', () => {
    expect(sent({ call: calls(64) })).toHaveLength(64);
    expect(sent({ call: calls(65) })).toEqual(['']);
    expect(clientFilters({ call: calls(65) }, api)).toEqual(['call']);
    expect(sent({ call: calls(65), from: ['sip:a@b'] })).toEqual(['from_number=sip%3Aa%40b']);
    const hidden = serverParameters.map((parameter) => ({ ...parameter, isHidden: true }));
    expect(serverRequests({ call: calls(65) }, hidden)).toHaveLength(65);
  });

  test('of one value each are sent, however many spellings they have', () => {
    const many = serverParameters.map((parameter) => ({ ...parameter, spellings: () => calls(20) }));
    expect(serverRequests({ call: ['CA1'], from: ['1'] }, many)).toHaveLength(400);
  });
});

test('the spellings of a number are equal to it', () => {
  for (const number of ['+14155550100', '+442079460018', '+8613812345678', '+3726700000', 'sip:Desk@example.com']) {
    const spellings = numberSpellings(number);
    expect(spellings.length).toBeGreaterThan(1);
    for (const spelling of spellings) expect(numberMatcher(number)(spelling), spelling).toBe(true);
  }
});

test('a filter is unanswered if the API does not apply it and no row could match it', () => {
  const row = recording({ id: '1', provider: 'p', api: 'a', profile: 'x', kind: 'call', status: 'completed', raw: {} });
  const unanswered = (query: Query, rows: readonly Partial<typeof row>[]): readonly string[] => {
    const check = openAnswerCheck(query, api);
    check.see(rows.map((fields) => ({ ...row, ...fields })));
    return check.unanswered();
  };
  expect(unanswered({ from: ['415*'] }, [{}])).toEqual(['from']);
  expect(unanswered({ from: ['415*'] }, [])).toEqual([]);
  expect(unanswered({ from: ['415*'] }, [{}, { from: '+44' }])).toEqual([]);
  expect(unanswered({ from: ['+14155550100'] }, [{}])).toEqual([]);
  // Every call id of the API begins with CA, and still another id is compared with it.
  expect(unanswered({ call: ['foo'] }, [{ callId: 'CA1' }])).toEqual([]);
  expect(unanswered({ call: ['foo', 'bar'] }, [{ callId: 'CA1' }])).toEqual([]);
  expect(unanswered({ call: ['foo'] }, [{ callId: null }])).toEqual(['call']);
  expect(unanswered({ from: ['415*', 'sip:*'] }, [{ from: '+44' }])).toEqual([]);
  expect(unanswered({ maxDuration: 5 }, [{}])).toEqual(['maxDuration']);
});

test.each(definitions)('the parameters of $vendor.name $api belong to filters that it applies', (definition) => {
  const { serverFilters, serverParameters: own, unsupportedFilters } = definition;
  for (const { filter } of own) expect(serverFilters).toContain(filter);
  for (const key of serverFilters) expect(unsupportedFilters).not.toContain(key);
  expect(
    predicate({})(
      recording({ id: '1', provider: 'p', api: 'a', profile: 'x', kind: 'call', status: 'completed', raw: {} }),
    ),
  ).toBe(true);
});

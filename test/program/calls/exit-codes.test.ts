import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { openCallsAccount, recordingId } from '../../support/calls-account.ts';

type Account = Awaited<ReturnType<typeof openCallsAccount>>;

/** Every command that lists recordings, with what it needs to join calls without a filter, and how many rows it says. */
const commands = [
  { name: 'list', words: ['list', '--all', '-o', 'ndjson'], joins: ['--with-calls'] },
  { name: 'list --count', words: ['list', '--count'], joins: undefined },
  { name: 'stats', words: ['stats', '-o', 'json'], joins: ['--with-calls', '--by', 'from'] },
  { name: 'export', words: ['export', '-o', 'ndjson'], joins: ['--with-calls'] },
  { name: 'export --out', words: ['export', '--out', 'calls.csv'], joins: ['--fields', 'id,direction'] },
  { name: 'download', words: ['download', '--all', '--dry-run'], joins: ['--with-calls'] },
] as const;

const opened = async () => {
  const account = await openCallsAccount();
  account.call(1, 10);
  account.record(1, 8);
  account.call(2, 20);
  account.record(2, 18);
  return account;
};

const runIn = (account: Account, words: readonly string[], ...more: readonly string[]) => {
  const place = words.indexOf('--out') + 1;
  const own = words.map((word, index) => (place > 0 && index === place ? join(account.folder, word) : word));
  // Nothing but a filter limits it then.
  const isFiltered = more.some((word) => ['--from', '--to', '--direction'].includes(word));
  return account.run(
    ...own.filter((word) => !(isFiltered && word === '--all' && own[0] === 'download')),
    '--retries',
    '1',
    ...more,
  );
};

describe.each(commands)('$name', ({ words, joins }) => {
  const joined = test.skipIf(joins === undefined);
  joined('without the permission to read calls warns, and exits with 0', async () => {
    const account = await opened();
    account.answers.status = 403;
    const { code, err } = await runIn(account, words, '-p', 'twilio', ...(joins ?? []));
    expect({ code, warnings: err.match(/^recx: .*$/gm) }).toEqual({
      code: 0,
      warnings: [expect.stringMatching(/cannot read calls/)],
    });
  });

  joined('with a page of calls that fails exits with 3', async () => {
    const account = await opened();
    account.answers.status = 500;
    const { code, err } = await runIn(account, words, '-p', 'twilio', ...(joins ?? []));
    expect({ code, err }).toEqual({ code: 3, err: expect.stringContaining('calls: ') });
  });

  test('with a filter exits with 4 without the permission', async () => {
    const account = await opened();
    account.answers.status = 403;
    for (const filter of [
      ['--from', '+14155550101'],
      ['--to', '+13125550199'],
      ['--direction', 'inbound'],
    ]) {
      const { code, err } = await runIn(account, words, '-p', 'twilio', ...filter);
      expect({ filter, code, err }).toEqual({
        filter,
        code: 4,
        err: expect.stringContaining(`${filter[0]} needs the calls`),
      });
    }
  });

  test('with a filter exits with 3 when a page of calls fails, or when a call is gone', async () => {
    const account = await opened();
    account.record(3, 30);
    const gone = await runIn(account, words, '-p', 'twilio', '--from', '+14155550101');
    expect({ code: gone.code, said: gone.err.match(/of 1 recording was not found/g) }).toEqual({
      code: 3,
      said: [expect.anything()],
    });
    account.answers.status = 500;
    expect((await runIn(account, words, '-p', 'twilio', '--from', '+14155550101')).code).toBe(3);
  });

  test('of two profiles, of which one may not read calls, has the rows of the other', async () => {
    const account = await opened();
    account.answers.status = 403;
    const { code, err } = await runIn(account, words, '-p', 'twilio,plivo', '--direction', 'inbound', '--since', '6d');
    expect({ code, err }).toEqual({ code: 4, err: expect.stringContaining('twilio voice of profile "twilio"') });
    if (joins === undefined) return;
    const warned = await runIn(account, words, '-p', 'twilio,plivo', '--since', '6d', ...joins);
    expect({ code: warned.code, err: warned.err }).toEqual({
      code: 0,
      err: expect.stringContaining('cannot read calls'),
    });
  });
});

describe('get', () => {
  test.each([
    [403, 0, 'cannot read calls'],
    [500, 3, 'calls: '],
  ])('when calls answer %i exits with %i', async (status, code, said) => {
    const account = await opened();
    account.answers.status = status;
    const run = await account.run(
      'get',
      '-p',
      'twilio',
      recordingId(1),
      '--with-calls',
      '--retries',
      '1',
      '-o',
      'json',
    );
    expect({ code: run.code, err: run.err }).toEqual({ code, err: expect.stringContaining(said) });
    expect(JSON.parse(run.out)).toMatchObject({ id: recordingId(1), from: null });
  });
});

import { describe, expect, test } from 'vitest';
import { answer, homeWith, profileAddArgs } from '../../support/home.ts';
import { SIGNATURE } from '../../support/run.ts';
import { listArgs, relay } from '../../support/wire-formats.ts';

/** Contains characters that base64, URLs and JSON each encode differently. */
const TOKEN = 'hunter2/Zq+81=a"b\\c&d%e?f~~~g>h';
const base64 = (text: string): string => Buffer.from(text).toString('base64');
const base64url = (text: string): string => Buffer.from(text).toString('base64url');
const inAddress = (text: string): string => encodeURIComponent(text);

const formats = ['csv', 'json', 'table'] as const;
/** What a server may repeat in its error message, given the Authorization header and the user:token pair in it. */
const echoes: readonly (readonly [name: string, of: (header: string, pair: string) => string, formats: string[]])[] = [
  ['the header', (header) => header, [...formats]],
  ['the header without its scheme', (header) => header.replace('Basic ', ''), ['csv']],
  ['the header without padding', (header) => header.replace(/=+$/, ''), ['json']],
  ['the header URL-encoded', (header) => inAddress(header), ['table']],
  ['the token', () => TOKEN, [...formats]],
  ['user and token', (_, pair) => pair, ['csv']],
  ['the token URL-encoded', () => inAddress(TOKEN), ['json']],
  ['the token as JSON', () => JSON.stringify(TOKEN), ['table']],
  ['the token as base64', () => base64(TOKEN), ['csv']],
  ['the token as base64url', () => base64url(TOKEN), ['json']],
  ['the token at the end of a long line', () => `${'x'.repeat(220)} ${TOKEN}`, ['table']],
];

describe.concurrent('profile check shows no secret when the server repeats', () => {
  test.each(echoes)('%s', async (_, echo, shown) => {
    let pair = '';
    const { run, sandbox } = await homeWith({
      intercept: ({ headers: { authorization = '' } }, response) => {
        pair = Buffer.from(authorization.slice(6), 'base64').toString();
        return answer(response, { error: { message: `not accepted: ${echo(authorization, pair)}` } }, 401);
      },
    });
    const [words] = profileAddArgs('signalwire', 'own', sandbox.origin);
    expect(await run(words, { input: `${TOKEN}\n` })).toMatchObject({ code: 0, err: '' });
    for (const format of shown) {
      const { code, out, err } = await run(['profile', 'check', 'own', '-o', format]);
      expect(code).toBe(4);
      expect(out).toContain('(HTTP 401 from ');
      expect(pair).toMatch(/^[^:]+:hunter2/);
      const plain = [TOKEN, inAddress(TOKEN), JSON.stringify(TOKEN).slice(1, -1), 'hunter2'];
      const encoded = [TOKEN, pair].flatMap((text) => [base64(text).replace(/=+$/, ''), base64url(text)]);
      for (const form of [...plain, ...encoded]) {
        expect(out).not.toContain(form);
        expect(err).not.toContain(form);
      }
    }
  });
});

test.concurrent('--verbose shows the names of unknown parameters in a next-page link and hides their values', async () => {
  const secrets = {
    signature: SIGNATURE,
    'X-Amz-Security-Token': 'hunter2-amz',
    key: 'hunter2-key',
    page_token: 'PA20',
  };
  const query = new URLSearchParams({ page_size: '20', ...secrets });
  const { run, sandbox } = await homeWith({
    intercept: (_, response, count) =>
      answer(response, relay.page([relay.row(`row-${count}`)], count === 1 ? `${relay.listPath}?${query}` : null)),
  });
  const { code, err } = await run(['--verbose', ...listArgs(relay)]);
  expect(code).toBe(0);
  expect(sandbox.requests[1]?.url.searchParams.get('signature')).toBe(SIGNATURE);
  expect(err).toContain('page_size=20');
  for (const [name, value] of Object.entries(secrets)) {
    expect(err).toContain(`${name}=`);
    expect(err).not.toContain(value);
  }
});

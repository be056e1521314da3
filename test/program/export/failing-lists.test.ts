import { describe, expect, test } from 'vitest';
import type { SandboxOptions } from '../../../src/sandbox/server.ts';
import { dataFiles, folderSnapshot, leftoversIn, openExportAccount, readIds } from '../../support/export-account.ts';
import { answer } from '../../support/home.ts';
import { fullOrQuick } from '../../support/thoroughness.ts';
import { type WireFormat, wireFormats } from '../../support/wire-formats.ts';

type Fault = (wire: WireFormat) => NonNullable<SandboxOptions['intercept']>;

/** A fault that occurs from the third page on. */
const fromThirdPage =
  (fault: (wire: WireFormat, url: URL, response: Parameters<typeof answer>[0]) => true): Fault =>
  (wire) =>
  ({ url }, response) =>
    wire.pageRange(url).first >= 30 && fault(wire, url, response);

let fresh = 0;
const faults: Readonly<Record<string, Fault>> = {
  'a page that links to itself as the next page': fromThirdPage((wire, url, response) =>
    answer(response, wire.page([wire.row(`circle-${++fresh}`)], url.pathname + url.search)),
  ),
  'endless empty pages': fromThirdPage((wire, url, response) =>
    answer(response, wire.page([], wire.pageLink((Math.floor(wire.pageRange(url).first / 20) + 2) * 20))),
  ),
  'endless pages that repeat one row': fromThirdPage((wire, url, response) =>
    answer(
      response,
      wire.page([wire.row('again')], wire.pageLink((Math.floor(wire.pageRange(url).first / 20) + 2) * 20)),
    ),
  ),
  'a page with status 500': fromThirdPage((_wire, _url, response) => answer(response, { error: 'no' }, 500)),
  'a page of HTML': fromThirdPage((_wire, _url, response) =>
    answer(response, '<!DOCTYPE html><p>Log in', 200, { 'content-type': 'text/html' }),
  ),
  'a truncated page': fromThirdPage((_wire, _url, response) => {
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': '5000' });
    response.write('{"data":[');
    setTimeout(() => response.socket?.destroy(), 5);
    return true;
  }),
  'rejected credentials': fromThirdPage((_wire, _url, response) => answer(response, { error: 'who are you' }, 401)),
};

const modes = [
  ['calls.csv', false],
  ['calls.json.gz', false],
  ['{year}/calls-{month}-{day}.ndjson', false],
  ['calls.csv', true],
  ['calls.json.gz', true],
  ['calls-{year}-{month}-{day}.csv', true],
] as const;

describe.concurrent.each(wireFormats)('an export of $name', (wire) => {
  test.each(fullOrQuick(modes, [modes[0], modes[5]]))(
    'to %s (incremental: %s) leaves existing files unchanged when the list fails',
    async (out, incremental) => {
      const account = await openExportAccount(wire, 30);
      const more = ['--retries', '0', ...(incremental ? ['--incremental'] : [])];
      expect(await account.run(out, ...more)).toEqual({ code: 0, out: '', err: '' });
      account.add(45, 1);
      const before = folderSnapshot(account.folder);
      for (const [name, fault] of Object.entries(faults)) {
        account.fault = fault(wire);
        const asked = account.home.sandbox.requests.length;
        const { code, out: printed, err } = await account.run(out, ...more);
        // At Plivo a page without overlap with the page before counts as a list that changed.
        expect(name === 'rejected credentials' ? [4] : [3, 5], name).toContain(code);
        expect(printed).toBe('');
        expect(err).toMatch(/^recx: /);
        // Plivo's pages are requested in parallel.
        expect(account.home.sandbox.requests.length - asked, name).toBeLessThan(wire.provider === 'plivo' ? 64 : 16);
        expect(folderSnapshot(account.folder), name).toEqual(before);
      }
      account.fault = undefined;
      expect(await account.run(out, ...more)).toEqual({ code: 0, out: '', err: '' });
      const ids = dataFiles(account.folder).flatMap(readIds);
      expect([...ids].sort()).toEqual(account.rows.map((row) => row[wire.keys.id]).sort());
      expect(leftoversIn(account.folder)).toEqual([]);
    },
  );

  test('that runs for the first time leaves no file when the list fails', async () => {
    for (const [out, incremental] of fullOrQuick(modes.slice(2, 5), modes.slice(3, 4))) {
      const account = await openExportAccount(wire, 60);
      for (const fault of Object.values(faults)) {
        account.fault = fault(wire);
        expect((await account.run(out, '--retries', '0', ...(incremental ? ['--incremental'] : []))).code).not.toBe(0);
        expect(dataFiles(account.folder)).toEqual([]);
        expect(leftoversIn(account.folder)).toEqual([]);
      }
    }
  });
});

import { describe, expect, test } from 'vitest';
import type { SandboxOptions } from '../../../src/sandbox/server.ts';
import { some } from '../../support/extent.ts';
import { answer } from '../../support/home.ts';
import { filesIn, idsIn, ledgerOf, litterIn, snapshot } from '../../support/ledger.ts';
import { type Wire, wires } from '../../support/wires.ts';

type Fault = (wire: Wire) => NonNullable<SandboxOptions['intercept']>;

/** A fault that occurs from the third page on. */
const fromThirdPage =
  (fault: (wire: Wire, url: URL, response: Parameters<typeof answer>[0]) => true): Fault =>
  (wire) =>
  ({ url }, response) =>
    wire.span(url).first >= 30 && fault(wire, url, response);

let fresh = 0;
const faults: Readonly<Record<string, Fault>> = {
  'a page that links to itself as the next page': fromThirdPage((wire, url, response) =>
    answer(response, wire.page([wire.row(`circle-${++fresh}`)], url.pathname + url.search)),
  ),
  'endless empty pages': fromThirdPage((wire, url, response) =>
    answer(response, wire.page([], wire.link((Math.floor(wire.span(url).first / 20) + 2) * 20))),
  ),
  'endless pages that repeat one row': fromThirdPage((wire, url, response) =>
    answer(response, wire.page([wire.row('again')], wire.link((Math.floor(wire.span(url).first / 20) + 2) * 20))),
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

describe.concurrent.each(wires)('an export of $name', (wire) => {
  test.each(some(modes, [modes[0], modes[5]]))(
    'to %s (incremental: %s) leaves existing files unchanged when the list fails',
    async (out, incremental) => {
      const ledger = await ledgerOf(wire, 30);
      const more = ['--retries', '0', ...(incremental ? ['--incremental'] : [])];
      expect(await ledger.run(out, ...more)).toEqual({ code: 0, out: '', err: '' });
      ledger.add(45, 1);
      const before = snapshot(ledger.folder);
      for (const [name, fault] of Object.entries(faults)) {
        ledger.fault = fault(wire);
        const asked = ledger.home.sandbox.requests.length;
        const { code, out: printed, err } = await ledger.run(out, ...more);
        // At Plivo a page without overlap with the page before counts as a list that changed.
        expect(name === 'rejected credentials' ? [4] : [3, 5], name).toContain(code);
        expect(printed).toBe('');
        expect(err).toMatch(/^recx: /);
        // Plivo's pages are requested in parallel.
        expect(ledger.home.sandbox.requests.length - asked, name).toBeLessThan(wire.provider === 'plivo' ? 64 : 16);
        expect(snapshot(ledger.folder), name).toEqual(before);
      }
      ledger.fault = undefined;
      expect(await ledger.run(out, ...more)).toEqual({ code: 0, out: '', err: '' });
      const ids = filesIn(ledger.folder).flatMap(idsIn);
      expect([...ids].sort()).toEqual(ledger.rows.map((row) => row[wire.keys.id]).sort());
      expect(litterIn(ledger.folder)).toEqual([]);
    },
  );

  test('that runs for the first time leaves no file when the list fails', async () => {
    for (const [out, incremental] of some(modes.slice(2, 5), modes.slice(3, 4))) {
      const ledger = await ledgerOf(wire, 60);
      for (const fault of Object.values(faults)) {
        ledger.fault = fault(wire);
        expect((await ledger.run(out, '--retries', '0', ...(incremental ? ['--incremental'] : []))).code).not.toBe(0);
        expect(filesIn(ledger.folder)).toEqual([]);
        expect(litterIn(ledger.folder)).toEqual([]);
      }
    }
  });
});

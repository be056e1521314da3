import { expect, test } from 'vitest';
import { definitions } from '../../../src/providers/index.ts';
import { sandboxApis } from '../../../src/sandbox/server.ts';
import { answer, homeWith } from '../../support/home.ts';
import { listArgs, type WireFormat, wireFormats } from '../../support/wire-formats.ts';

const vendorOrigin = ({ name }: WireFormat): string => {
  const definition = definitions.find(({ vendor, api }) => `${vendor.name}/${api}` === name);
  const credentials = sandboxApis.find(({ provider }) => provider === definition?.vendor.name)?.credentials ?? {};
  return definition?.vendor.origin(credentials) ?? '';
};

/** Serves two pages of 20 rows, the first of which links to the second at this origin. */
const list = async (wire: WireFormat, origin: string) => {
  const rows = (first: number) =>
    Array.from({ length: 20 }, (_, index) => wire.row(`rec-${first + index}-0123456789abcdef`));
  const { run, sandbox } = await homeWith({
    intercept: ({ url }, response) => {
      const { first } = wire.pageRange(url);
      return first >= 20
        ? answer(response, wire.page(rows(20), null))
        : answer(response, wire.page(rows(0), `${origin}${wire.pageLink(20)}`));
    },
  });
  const outcome = await run([...listArgs(wire), '-o', 'csv', '--fields', 'id', '--no-header']);
  return { ...outcome, rows: outcome.out.split('\n').length - 1, requests: sandbox.requests.length };
};

test.each(wireFormats)(
  'a next page of $name on the server of the vendor itself is requested from the base URL of the profile',
  async (wire) => {
    expect(await list(wire, vendorOrigin(wire))).toMatchObject({ code: 0, err: '', rows: 40 });
  },
);

test.each(wireFormats)('a next page of $name on any other server is refused', async (wire) => {
  for (const origin of [
    'https://other.example',
    `${vendorOrigin(wire)}:8443`,
    vendorOrigin(wire).replace('//', '//x@'),
  ]) {
    const { code, rows, err } = await list(wire, origin);
    expect({ origin, code, rows }).toEqual({ origin, code: 8, rows: wire.profile === 'plivo' ? 0 : 20 });
    expect(err).toMatch(/^recx: /);
  }
});

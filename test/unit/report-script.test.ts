import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { runInNewContext } from 'node:vm';
import { expect, test } from 'vitest';
import { formatBytes } from '../../src/core/columns.ts';
import { withThousands } from '../../src/core/text/thousands.ts';
import { formatClock } from '../../src/core/time/duration.ts';

type Format = (value: number) => string;

const script = readFileSync(join(import.meta.dirname, '../../src/formats/html-report/report.client.js'), 'utf8');
const element = (): object => ({
  textContent: JSON.stringify({ keys: [], base: './', zone: 'UTC', ok: 'Present' }),
  tBodies: [],
  append: () => {},
  addEventListener: () => {},
});
const document = { getElementById: element, createElement: element, querySelectorAll: () => [] };

/** The formatting functions of the report's script, which runs on a page without rows. */
const inPage = runInNewContext(`${script}\n;({ formatClock, formatBytes, withThousands })`, {
  document,
  window: { addEventListener: () => {} },
}) as Readonly<Record<'formatClock' | 'formatBytes' | 'withThousands', Format>>; // the object on the line added above

test.each<readonly [keyof typeof inPage, Format, readonly number[]]>([
  ['formatClock', formatClock, [0, 0.4, 0.5, 5, 59.4, 59.5, 60, 754, 3599.4, 3599.5, 3600, 3661, 86_400, 1e6]],
  [
    'formatBytes',
    formatBytes,
    [0, 1, 999, 1000, 1049, 9949, 9950, 9999, 1e4, 999_499, 999_500, 1e6, 1.5e9, 1e12, 1e16],
  ],
  ['withThousands', withThousands, [0, 7, 999, 1000, 20_000, 999_999, 1_234_567, 1e12]],
])('%s of the report page gives the same text as on the command line', (name, format, values) => {
  expect(values.map(inPage[name])).toEqual(values.map(format));
});

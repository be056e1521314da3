import fc from 'fast-check';

/** Marker strings for JSON that no JavaScript value can hold or that would be too long to print. */
const mark = (kind: string, rest: string): string => `\ue000${kind}:${rest}\ue001`;
const marks = /"\ue000(\w+):([^\ue001]*)\ue001"/g;

/** A number with exactly these digits. */
export const exactNumber = (text: string): string => mark('number', text);

/** A text of 100 kB repeats one of these. */
const fillings: Readonly<Record<string, string>> = {
  letters: 'a',
  spaces: ' ',
  quotes: '"',
  wide: '顧',
  accents: '\u0301',
  escapes: '\u001b[2J',
  halves: '\ud800',
  lines: '\r\n',
};
const LONG = 100_000;

/** The kinds of links to another page; each is resolved where it is served. */
const links = ['self', 'first', 'back', 'far', 'fragment', 'stranger', 'relative-stranger', 'login', 'lost'] as const;
export type LinkName = (typeof links)[number];

const nested = (kind: string, depth: number): string =>
  kind === 'arrays' ? '['.repeat(depth) + ']'.repeat(depth) : `${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}`;

/** JSON as sent over the wire. */
export const wireText = (value: unknown, linkOf: (name: LinkName) => string): string =>
  written(value, linkOf, (number) => number);

/** JSON of the value that the program should parse: a number that no float can hold is a string, so that nothing is lost. */
export const parsedText = (value: unknown, linkOf: (name: LinkName) => string): string =>
  written(
    JSON.parse(JSON.stringify(value), (_, inner: unknown) => heldOrText(inner)),
    linkOf,
    (number) => (isHeld(number) ? number : `"${number}"`),
  );

const heldOrText = (value: unknown): unknown =>
  typeof value === 'number' && !isHeld(String(value)) ? String(value) : value;

const isHeld = (number: string): boolean =>
  /^-?\d+$/.test(number) ? Number.isSafeInteger(Number(number)) : Number.isFinite(Number(number));

const written = (value: unknown, linkOf: (name: LinkName) => string, numberOf: (digits: string) => string): string =>
  JSON.stringify(value).replace(marks, (_, kind: string, rest: string) => {
    if (kind === 'number') return numberOf(rest);
    if (kind === 'link') return JSON.stringify(linkOf(rest as LinkName)); // only links are marked so
    if (kind === 'long') {
      const filling = fillings[rest] ?? '';
      return JSON.stringify(filling.repeat(LONG / filling.length));
    }
    return nested(kind, Number(rest));
  });

/** A nesting depth beyond what JSON.stringify can serialise. */
const DEPTH = 20_000;
export const isDeep = (value: unknown): boolean => JSON.stringify(value).includes(`:${DEPTH}\ue001`);

/** The instants of the generated times, by their text, with the form of that text. */
export const madeTimes = new Map<string, { readonly form: 'iso' | 'mail'; readonly instant: string }>();

const makeTime = (epoch: number, minutes: number, form: number): string => {
  const pad = (number: number): string => String(number).padStart(2, '0');
  const zone = (colon: string): string => {
    const [hours, rest] = [Math.floor(Math.abs(minutes) / 60), Math.abs(minutes) % 60];
    return `${minutes < 0 ? '-' : '+'}${pad(hours)}${colon}${pad(rest)}`;
  };
  const local = new Date(epoch + minutes * 60_000).toISOString();
  const toSecond = new Date(Math.floor(epoch / 1000) * 1000).toISOString();
  const [text, instant] = [
    [new Date(epoch).toISOString(), new Date(epoch).toISOString()],
    [`${local.slice(0, 10)} ${local.slice(11, 23)}456${zone(':')}`, new Date(epoch).toISOString()],
    [`${local.slice(0, 19)}${zone('')}`, toSecond],
    [`${toSecond.slice(0, 10)} ${toSecond.slice(11, 19)}`, toSecond],
    [`${new Date(epoch + minutes * 60_000).toUTCString().replace('GMT', zone(''))}`, toSecond],
    [new Date(epoch).toUTCString(), toSecond],
  ][form] ?? ['', ''];
  if (text !== undefined && instant !== undefined) madeTimes.set(text, { form: form < 4 ? 'iso' : 'mail', instant });
  return text ?? '';
};

const times = fc
  .tuple(
    fc.integer({ min: Date.UTC(1901, 0, 1), max: Date.UTC(2199, 0, 1) }),
    fc.integer({ min: -14 * 60, max: 14 * 60 }),
    fc.nat({ max: 5 }),
  )
  .map(([epoch, minutes, form]) => makeTime(epoch, minutes, form));

const invalidTimes = [
  '2026-02-30T00:00:00Z',
  '2026-13-01 00:00:00',
  '0000-00-00 00:00:00',
  '2026-11-20T24:00:00Z',
  '2026-06-30T23:59:60Z',
  '2026-11-20',
  '20261120T134500Z',
  '9999-12-31T23:59:59-14:00',
  '0000-01-01T00:00:00+14:00',
  '+012026-11-20T00:00:00Z',
  '2026-11-20T13:45:00+99:99',
  'now',
  'Fri, 31 Feb 2026 00:00:00 +0000',
  'Tue, 25 Sept 2018 23:00:00 +0000',
  '٢٠٢٦-١١-٢٠T00:00:00Z',
  '1e400',
];

const units = [
  '\u0000',
  '\u0007',
  '\b',
  '\t',
  '\n',
  '\r',
  '\r\n',
  '\u001b[2J',
  '\u007f',
  '\u0085',
  '\u009b31m',
  '\u200b',
  '\u202e',
  '\u2066',
  '\u2028',
  '\ufeff',
  '\ud800',
  '\udfff',
  '\u{e0041}',
  '👩\u200d👧',
  '顧',
  'e\u0301',
  ' ',
  '"',
  "'",
  ',',
  ';',
  '\\',
  '/',
  '..',
  '%00',
  '%',
  '#',
  '?',
  '&',
  '=',
  '+',
  '-',
  '@',
  '＝',
  '{',
  '}',
  '<b>',
  '$&',
  'a',
  'Z',
  '0',
  '9',
  '__proto__',
] as const;

/** Texts of every kind of character, of 0 to 24 units. */
const hostileTexts = fc.array(fc.constantFrom(...units), { maxLength: 24 }).map((parts) => parts.join(''));

const names = ['__proto__', 'constructor', 'prototype', 'toString', 'valueOf', 'hasOwnProperty', 'toJSON', 'then'];

const numbersInText = [
  'NaN',
  'Infinity',
  '-Infinity',
  '-0',
  '0x1f',
  '1e5',
  '1e400',
  '.5',
  '5.',
  '1,5',
  ' 12 ',
  '+5',
  '00012',
  '-1',
  '٣',
  '9007199254740993',
  '0.1234567890123456789',
  '1_000',
  '١٢٣',
  '--1',
  '2',
  '61.0005',
];

const numbers = fc.oneof(
  fc
    .constantFrom(
      ...[
        '0',
        '-0',
        '-1',
        '1.5',
        '61.00049',
        '9007199254740991',
        '9007199254740993',
        '-9007199254740993',
        '1e15',
        '1e300',
      ],
      ...['123456789012345678901234567890', '1e-7', '-1e300', '2147483648', '-2147483648', '253402300800000'],
    )
    .map(exactNumber),
  fc.constantFrom('1e400', '-1e999').map(exactNumber),
  fc.integer(),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
);

const shapes = fc.constantFrom<unknown>(
  ...[null, true, false, [], {}, [null], [[]], { a: [1] }, [{ id: 'inner' }], { id: 'inner' }, { next: 'inner' }],
);

/** Any JSON value, and every kind of hostile text. */
export const oddValues: fc.Arbitrary<unknown> = fc.oneof(
  { weight: 24, arbitrary: shapes },
  { weight: 24, arbitrary: numbers },
  { weight: 12, arbitrary: fc.constantFrom(...numbersInText) },
  { weight: 24, arbitrary: hostileTexts },
  {
    weight: 8,
    arbitrary: fc.constantFrom(...names, '', ' ', 'noname', 'completed', 'in-progress', 'video/mp4', 'wav'),
  },
  { weight: 16, arbitrary: times },
  { weight: 8, arbitrary: fc.constantFrom(...invalidTimes) },
  { weight: 8, arbitrary: fc.json().map((text): unknown => JSON.parse(text)) },
  { weight: 2, arbitrary: fc.constantFrom(mark('arrays', '300'), mark('objects', '300')) },
  { weight: 1, arbitrary: fc.constantFrom(...Object.keys(fillings)).map((name) => mark('long', name)) },
  { weight: 1, arbitrary: fc.constantFrom(mark('arrays', String(DEPTH)), mark('objects', String(DEPTH))) },
);

/** Hostile ids that can still be listed, some as long as those of the APIs. */
export const oddIds: fc.Arbitrary<unknown> = fc.oneof(
  { weight: 8, arbitrary: hostileTexts.map((text) => `RE00000000000000${text}`) },
  { weight: 8, arbitrary: hostileTexts.filter((text) => text !== '') },
  { weight: 4, arbitrary: numbers },
  { weight: 1, arbitrary: fc.constantFrom(mark('long', 'wide'), mark('long', 'halves')) },
  { weight: 8, arbitrary: fc.constantFrom(...names, '.', '..', '../../etc/passwd', 'con', 'a'.repeat(600)) },
);

export const oddKeys: fc.Arbitrary<string> = fc.oneof(fc.constantFrom(...names, '', 'a.b'), hostileTexts);

export const oddLinks: fc.Arbitrary<unknown> = fc.oneof(
  fc.constantFrom(...links).map((name) => mark('link', name)),
  fc.constantFrom('//', 'http://[', 'javascript:alert(1)', 'data:,x', 'blob:https://api.test/x', '..', '?', '#', ' '),
  oddValues,
);

import { expect } from 'vitest';
import { columns, mediaUrlColumn } from '../../../src/core/columns.ts';
import { isRow, type Row } from '../../../src/core/decode.ts';
import { kinds, mediaFormats, statuses } from '../../../src/core/recording.ts';
import { parseCsv } from '../parse-csv.ts';
import { rawControls } from '../raw-controls.ts';
import { madeTimes } from './odd-values.ts';

/** The meaning of an API's keys, derived from its document independently of the program. */
interface ExpectedFields {
  readonly id: string;
  /** Free text fields: the column, and the keys of which the first with a value is used. */
  readonly texts: readonly (readonly [column: string, ...keys: readonly string[]])[];
  readonly times: readonly (readonly [column: string, key: string])[];
  readonly mail: boolean;
}

const compatibility: ExpectedFields = {
  id: 'sid',
  texts: [
    ['account_id', 'account_sid'],
    ['provider_status', 'status'],
    ['call_id', 'call_sid'],
    ['conference_id', 'conference_sid'],
    ['track', 'track'],
    ['currency', 'price_unit'],
    ['source', 'source'],
    ['error_code', 'error_code'],
  ],
  times: [
    ['created_at', 'date_created'],
    ['updated_at', 'date_updated'],
    ['started_at', 'start_time'],
    ['ended_at', 'end_time'],
  ],
  mail: true,
};

const expectedFields: Readonly<Record<string, ExpectedFields>> = {
  'plivo/voice': {
    id: 'recording_id',
    texts: [
      ['from', 'from_number'],
      ['to', 'to_number'],
      ['call_id', 'call_uuid'],
      ['conference_id', 'mpc_uuid', 'conference_uuid'],
      ['media_url', 'recording_url'],
    ],
    times: [['created_at', 'add_time']],
    mail: false,
  },
  'signalwire/relay': {
    id: 'id',
    texts: [
      ['account_id', 'project_id'],
      ['provider_status', 'status'],
      ['call_id', 'relay_pstn_leg_id', 'relay_sip_leg_id', 'relay_webrtc_leg_id'],
      ['conference_id', 'relay_conference_id'],
      ['track', 'track'],
      ['currency', 'price_unit'],
      ['error_code', 'error_code'],
      ['media_url', 'url'],
    ],
    times: [
      ['created_at', 'created_at'],
      ['updated_at', 'updated_at'],
    ],
    mail: false,
  },
  'signalwire/video': {
    id: 'id',
    texts: [
      ['provider_status', 'status'],
      ['room_session_id', 'room_session_id'],
      ['media_url', 'uri'],
    ],
    times: [
      ['created_at', 'created_at'],
      ['updated_at', 'updated_at'],
      ['started_at', 'started_at'],
      ['ended_at', 'finished_at'],
    ],
    mail: true,
  },
  'signalwire/compatibility': compatibility,
  'twilio/voice': compatibility,
};

export const expectedFieldsOf = (name: string): ExpectedFields => {
  const meaning = expectedFields[name];
  if (meaning === undefined) throw new Error(`no expected fields for ${name}`);
  return meaning;
};

/** The id of a row, or undefined if none can be read. */
export const idOf = (row: unknown, { id: key }: Pick<ExpectedFields, 'id'>): string | undefined => {
  const id = isRow(row) && Object.hasOwn(row, key) ? row[key] : undefined;
  return typeof id === 'number' || (typeof id === 'string' && id !== '') ? String(id) : undefined;
};

/** The rows that a listing must yield, each id once, in order. */
export const listableRows = (
  rows: readonly unknown[],
  meaning: Pick<ExpectedFields, 'id'>,
): ReadonlyMap<string, Row> => {
  const listed = new Map<string, Row>();
  for (const row of rows) {
    const id = idOf(row, meaning);
    if (id !== undefined && !listed.has(id) && isRow(row)) listed.set(id, row);
  }
  return listed;
};

export const textOf = (row: Row, keys: readonly string[]): string | null => {
  for (const key of keys) {
    const value = Object.hasOwn(row, key) ? row[key] : undefined;
    if (typeof value === 'string' && value !== '') return value;
    if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  }
  return null;
};

const anyColumns = [...columns, mediaUrlColumn].map(({ key }) => key);

/** Checks that a JSON record has the values of its row and the documented form. */
export const expectRecord = (record: Row, row: Row, meaning: ExpectedFields, links = true): void => {
  const expected = Object.fromEntries([
    ...meaning.texts.map(([column, ...keys]) => [column, textOf(row, keys)] as const),
    ...meaning.times.flatMap(([column, key]) => {
      const made = typeof row[key] === 'string' ? madeTimes.get(row[key]) : undefined;
      return made === undefined || (made.form === 'mail' && !meaning.mail) ? [] : [[column, made.instant] as const];
    }),
  ]);
  if (!links) delete expected.media_url;
  const keys = Object.keys(record).filter((key) => key !== 'raw');
  const own = links ? anyColumns : anyColumns.slice(0, -1);
  const given = Object.fromEntries(Object.keys(expected).map((column) => [column, record[column]]));
  const malformed = forms.flatMap(([key, holds]) => (record[key] === null || holds(record[key]) ? [] : [key]));
  // Compared as text first, because a comparison by the library takes most of the time.
  if (JSON.stringify([keys, given, malformed]) === JSON.stringify([own, expected, []])) return;
  expect({ keys, given, malformed }).toEqual({ keys: own, given: expected, malformed: [] });
};

export const isTime = (value: unknown): boolean =>
  typeof value === 'string' && value.length === 24 && new Date(value).toISOString() === value;

/** The form of each value that is not null. */
const forms: readonly (readonly [key: string, holds: (value: unknown) => boolean])[] = [
  ['kind', (value) => kinds.some((kind) => kind === value)],
  ['status', (value) => statuses.some((status) => status === value)],
  ...['created_at', 'updated_at', 'started_at', 'ended_at'].map((key) => [key, isTime] as const),
  ['duration_seconds', (value) => typeof value === 'number' && /^\d+(?:\.\d{1,3})?$/.test(String(value))],
  ['size_bytes', (value) => Number.isSafeInteger(value) && Number(value) >= 0],
  ['price', (value) => typeof value === 'string' && /^(?:0|[1-9]\d*)(?:\.\d+)?$/.test(value)],
  ['channels', (value) => value === 1 || value === 2],
  ['encrypted', (value) => typeof value === 'boolean'],
  ['formats', (value) => Array.isArray(value) && value.every((format) => mediaFormats.includes(format))],
];

/** Checks that a raw object equals the received row. The comparison as text also covers `__proto__`. */
export const expectRaw = (raw: unknown, row: Row): void => {
  expect(JSON.stringify(raw)).toBe(JSON.stringify(row));
};

/** The CSV cell of a value, without the formula guard. */
export const cellOf = (value: unknown): string => {
  if (value === null) return '';
  return Array.isArray(value) ? value.join(' ') : String(value).toWellFormed();
};

/** What may stand before a formula: invisible characters; within a cell, where some spreadsheet splits it, also quotes. */
const SKIPPED = '[\\p{White_Space}\\p{Cc}\\p{Cf}]*';
const QUOTES = '[\\s"]*';
const SPLIT = '[,;\\t|\\r\\n]';
const FORMULA = '[=+\\-@＝＋－＠]';
/** Up to the end of the cell; before a pipe even a number is part of a formula. */
const NUMBER = '[+-]?\\d+(?:\\.\\d+)?\\s*(?:$|[,;\\t\\r\\n])';
/** Without going back, which takes long in 100 kB of spaces. */
const atomic = (pattern: string, group: number): string => `(?=(${pattern}))\\${group}`;
const formula = new RegExp(
  `(?:^|${SPLIT}(?!${SPLIT})${atomic(QUOTES, 1)})${atomic(SKIPPED, 2)}(?!${NUMBER})${FORMULA}`,
  'u',
);
const formulaAhead = new RegExp(`^${atomic(QUOTES, 1)}${atomic(SKIPPED, 2)}${FORMULA}`, 'u');

/**
 * Whether a CSV cell has the text and no formula at any place where a spreadsheet may split the line: all that differs is a
 * `'` at such places.
 */
export const isGuarded = (cell: string, text: string): boolean =>
  (cell === text || withoutGuards(cell, text) === text) && !formula.test(cell);

const withoutGuards = (cell: string, text: string): string => {
  let kept = '';
  for (let place = 0; place < cell.length; place++) {
    const isGuard =
      cell[place] === "'" &&
      text[kept.length] !== "'" &&
      /^[,;\t|\r\n]?$/.test(cell.charAt(place - 1)) &&
      formulaAhead.test(text.slice(kept.length));
    if (!isGuard) kept += cell[place];
    if (!text.startsWith(cell[place] ?? '', kept.length - 1) && !isGuard) return kept;
  }
  return kept;
};

/** Checks that CSV cells of texts equal the records, with the marks of the formula guard or without. */
export const expectCsv = (text: string, records: readonly Row[], guarded: boolean): void => {
  const [header = [], ...rows] = parseCsv(text);
  const wanted = records.map((record) => header.map((key) => cellOf(record[key])));
  const given = rows.map((cells, index) =>
    cells.map((cell, place) => {
      const own = wanted[index]?.[place] ?? '';
      const isText = typeof records[index]?.[header[place] ?? ''] !== 'number';
      return guarded && isText && isGuarded(cell, own) ? own : guarded && isText ? { unguarded: cell } : cell;
    }),
  );
  if (JSON.stringify(given) !== JSON.stringify(wanted)) expect(given).toEqual(wanted);
};

/** Checks that a table has a line for each record that ends with its id, complete or truncated, if the id is plain text. */
export const expectTable = (text: string, records: readonly Row[]): void => {
  expect(text).not.toMatch(rawControls);
  const lines = text.split('\n').slice(0, -1);
  expect(lines).toHaveLength(records.length === 0 ? 0 : records.length + 1);
  for (const [index, { id }] of records.entries()) {
    if (typeof id !== 'string' || !/^[\w.-]{1,400}$/.test(id)) continue;
    const shown = lines[index + 1]?.split(' ').at(-1) ?? '';
    if (shown.startsWith('…')) expect(id.endsWith(shown.slice(1)) && shown.length > 12).toBe(true);
    else if (shown.endsWith('…')) expect(id.startsWith(shown.slice(0, -1)) && shown.length > 12).toBe(true);
    else expect(shown).toBe(id);
  }
};

const before = JSON.stringify(
  Object.getOwnPropertyNames(Object.prototype).concat(Object.getOwnPropertyNames(Array.prototype)),
);

/** Checks that no row has changed the prototypes of objects and arrays. */
export const expectUnpolluted = (): void => {
  const own = [Object.prototype, Array.prototype].flatMap((prototype) => Object.getOwnPropertyNames(prototype));
  expect(JSON.stringify(own)).toBe(before);
  expect(Object.keys({}).concat(Object.getPrototypeOf({}) === Object.prototype ? [] : ['prototype'])).toEqual([]);
};

import { expect, test } from 'vitest';
import { recordingColumns } from '../../src/core/call-columns.ts';
import { mediaUrlColumn, rawColumn } from '../../src/core/columns.ts';
import { parseDestination } from '../../src/core/export/destination.ts';
import { parseTemplate } from '../../src/core/naming/template.ts';
import { everydayNames, fieldKey } from '../../src/core/text/field-names.ts';
import { chooseColumns } from '../../src/core/view.ts';

const columns = [...recordingColumns, mediaUrlColumn, rawColumn];
const keys = columns.map(({ key }) => key);

test('everyday names are those of fields, and never keys themselves', () => {
  for (const name of everydayNames) {
    expect(keys).toContain(fieldKey(name));
    expect(keys).not.toContain(name);
  }
});

test.each(columns.map(({ key, title }) => [title, key]))('the head %s of a table names %s', (title, key) => {
  expect(fieldKey(title)).toBe(key);
  expect(fieldKey(title.toUpperCase().replaceAll(' ', '-'))).toBe(key);
});

test.each([
  ['duration,caller,Size', 'duration_seconds,from,size_bytes'],
  ['Call started,call-ended', 'call_started_at,call_ended_at'],
  ['length,created,call,format,cost', 'duration_seconds,created_at,call_id,formats,price'],
])('--fields %s is %s', (typed, meant) => {
  const chosen = chooseColumns([typed], columns, columns);
  expect(chosen.map(({ key }) => key).join()).toBe(meant);
});

test.each(['date', 'time', 'id from'])('--fields %s has no one meaning', (typed) => {
  expect(() => chooseColumns([typed], columns, columns)).toThrow(`--fields: "${typed}" is not a field`);
});

test('names of files have the same names, and one export has one name', () => {
  expect(parseTemplate('--name', '{year}/{Caller}-{duration}').keys).toEqual(['year', 'from', 'duration_seconds']);
  const typed = parseDestination('calls/{caller}-{call-started}.csv', undefined);
  expect(typed).toMatchObject({ stem: '{from}-{call_started_at}', name: '{from}-{call_started_at}.csv' });
  expect(parseTemplate('--name', '{date}/{Time}').keys).toEqual(['year', 'month', 'day', 'hour', 'minute', 'second']);
  expect(parseDestination('{date}.csv', undefined).name).toBe('{year}-{month}-{day}.csv');
  for (const key of ['when', 'clock', 'format', 'ext'])
    expect(() => parseTemplate('--name', `{${key}}`)).toThrow(`"{${key}}" is not a placeholder`);
});

import { expect, test } from 'vitest';
import { parseDestination } from '../../src/core/export/destination.ts';
import { parseTemplate } from '../../src/core/naming/template.ts';

const rejected = (message: string, hint: string) => expect.objectContaining({ kind: 'usage', message, hint });
const OTHERS = 'Use {year}-{month}-{day}, {id} or another placeholder of recx help templates';
const SHELL =
  'In single quotes the shell replaces nothing; use {year}-{month}-{day}, {id} or another placeholder of recx help templates';

test.each([
  ['calls-%Y-%m.csv', '%Y', "Use 'calls-{year}-{month}.csv'"],
  ['calls-YYYY-MM.csv', 'YYYY-MM', "Use 'calls-{year}-{month}.csv'"],
  ['calls-YYYYMMDD.csv.gz', 'YYYYMMDD', "Use 'calls-{year}{month}{day}.csv.gz'"],
  ['calls-{yyyy-mm-dd}.csv', 'yyyy-mm-dd', "Use 'calls-{year}-{month}-{day}.csv'"],
  ['calls-$(date +%Y).csv', '$(date +%Y)', "Use 'calls-{year}.csv'"],
  ["$(date -u '+%F')/calls.csv", "$(date -u '+%F')", "Use '{year}-{month}-{day}/calls.csv'"],
  ['calls-`date +%F`.csv', '`date +%F`', "Use 'calls-{year}-{month}-{day}.csv'"],
  ['%Y/%m/%d/%H%M%S.csv', '%Y', "Use '{year}/{month}/{day}/{hour}{minute}{second}.csv'"],
  ['calls-%j.csv', '%j', OTHERS],
  ['calls-%y-%m.csv', '%y', OTHERS],
  ['calls-%DATE%.csv', '%DATE%', OTHERS],
  ['$HOME/calls.csv', '$HOME', SHELL],
  ['$'.concat('{HOME}/calls.csv'), '$'.concat('{HOME}'), SHELL],
  ['calls-$(hostname).csv', '$(hostname)', SHELL],
  ['{created_at:%Y}.csv', '%Y', OTHERS],
])('--out %s is rejected', (path, found, hint) => {
  expect(() => parseDestination(path, undefined)).toThrow(rejected(`--out: "${found}" is not a placeholder`, hint));
});

test.each([
  ['%(id)s.%(ext)s', '%(id)s', "Use '{id}'"],
  ['%(upload_date)s-%(id)s', '%(upload_date)s', "Use '{year}-{month}-{day}-{id}'"],
  ['%(title)s.%(ext)s', '%(title)s', OTHERS],
  ['%(upload_date>%Y)s/%(id)s', '%(', OTHERS],
  ['{{id}}', '{{id}}', "Use '{id}'"],
  ['$'.concat('{id}'), '$'.concat('{id}'), "Use '{id}'"],
  ['<id>', '<id>', "Use '{id}'"],
  ['call-%03d', '%03d', OTHERS],
  ['$id', '$id', SHELL],
])('--name %s is rejected', (template, found, hint) => {
  expect(() => parseTemplate('--name', template)).toThrow(rejected(`--name: "${found}" is not a placeholder`, hint));
});

test.each(['100%done', 'My%20Calls', '50%', 'a$b', 'costs-in-$', 'yyyyy', 'MM-DD', '{year}-{month}', 'Y-m-d'])(
  '%s is a name',
  (name) => {
    expect(parseTemplate('--name', name).expand).toBeDefined();
    expect(parseDestination(`${name}.csv`, undefined).extension).toBe('.csv');
  },
);

import { expect, test } from 'vitest';
import { onHomeOrigin } from '../../src/core/origin.ts';

const regional = 'https://eu.recordings.example:8443';
const vendor = 'https://api.vendor.example';

test.each([
  ['https://api.vendor.example/list?page=2', `${regional}/list?page=2`],
  ['https://api.vendor.example:443/list?page=2#x', `${regional}/list?page=2`],
  ['http://api.vendor.example/list', `${regional}/list`],
  ['https://API.Vendor.Example//other.example/list', `${regional}//other.example/list`],
  ['https://eu.recordings.example:8443/list', `${regional}/list`],
  ['http://eu.recordings.example/list', `${regional}/list`],
  ['http://eu.recordings.example:8443/list', `${regional}/list`],
])('a link to %s means %s', (link, meant) => {
  expect(onHomeOrigin(new URL(link), regional, vendor).href).toBe(meant);
});

test.each([
  'https://api.vendor.example:8443/list',
  'https://other.example/list',
  'https://vendor.example/list',
  'https://evil.api.vendor.example/list',
  'https://user@api.vendor.example/list',
  'https://eu.recordings.example/list',
  'http://eu.recordings.example:8080/list',
  'ftp://api.vendor.example/list',
  'blob:https://api.vendor.example/list',
])('a link to %s stays what it is', (link) => {
  expect(onHomeOrigin(new URL(link), regional, vendor).href).toBe(new URL(link).href);
});

test('without another origin, only plain http to the same host is changed', () => {
  expect(onHomeOrigin(new URL('http://api.vendor.example/list'), vendor, undefined).href).toBe(`${vendor}/list`);
  expect(onHomeOrigin(new URL('http://127.0.0.1:2/list'), 'http://127.0.0.1:1', undefined).href).toBe(
    'http://127.0.0.1:2/list',
  );
});

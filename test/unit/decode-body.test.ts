import { expect, test } from 'vitest';
import { decodeBody } from '../../src/core/text/decode-body.ts';

const JSON_LATIN = 'application/json; charset=iso-8859-1';

test.each<[string, Buffer, string | null, string, boolean?]>([
  ['UTF-8', Buffer.from('Müller 日本'), 'application/json', 'Müller 日本'],
  ['UTF-8 with a byte order mark', Buffer.from('\ufeffMüller'), null, 'Müller'],
  ['UTF-8 that is declared as Latin-1', Buffer.from('Müller'), JSON_LATIN, 'Müller'],
  ['Latin-1', Buffer.from('Müller', 'latin1'), JSON_LATIN, 'Müller'],
  ['Latin-1, quoted', Buffer.from('Müller', 'latin1'), 'text/plain;Charset="ISO-8859-1"', 'Müller'],
  ['Windows-1252', Buffer.from([0x80, 0x31]), 'text/json; charset=windows-1252', '€1'],
  ['UTF-16', Buffer.from('Müller', 'utf16le'), 'application/json; charset=utf-16le', 'Müller'],
  ['Shift JIS', Buffer.from([0x93, 0xfa, 0x96, 0x7b]), 'application/json; charset=shift_jis', '日本'],
  ['ISO-2022-JP', Buffer.from('\x1b$BF|K\\\x1b(B'), 'application/json; charset=iso-2022-jp', '日本'],
  ['Latin-1 that is not declared', Buffer.from('Müller', 'latin1'), 'application/json', 'M\ufffdller', true],
  ['Latin-1 in an unknown charset', Buffer.from('Müller', 'latin1'), 'text/json; charset=nothing', 'M\ufffdller', true],
  ['UTF-8 in an unknown charset', Buffer.from('Müller'), 'application/json; charset=nothing', 'Müller'],
])('text in %s is decoded', (_name, bytes, contentType, text, isAltered = false) => {
  expect(decodeBody(bytes, contentType)).toEqual({ text, isAltered });
});

// Replaces string-width: printable ASCII by its length, everything else by a package that loads quickly.
const { default: measure } = require('fast-string-truncated-width');
const { stripVTControlCharacters } = require('node:util');

module.exports = (text) =>
  /^[ -~]*$/.test(text) ? text.length : measure(stripVTControlCharacters(String(text))).width;
module.exports.default = module.exports;

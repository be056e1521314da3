// Stands for string-width: printable ASCII by its length, the rest by a measurer that is quick to load.
const { default: measure } = require('fast-string-truncated-width');
const { stripVTControlCharacters } = require('node:util');

module.exports = (text) =>
  /^[ -~]*$/.test(text) ? text.length : measure(stripVTControlCharacters(String(text))).width;
module.exports.default = module.exports;

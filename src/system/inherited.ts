import { readFileSync, readlinkSync } from 'node:fs';
import { basename } from 'node:path';
import { ppid } from 'node:process';

// What the process got from the one that started it, as far as Linux tells: Node replaces or resets some of it.

/** Whether a descriptor was closed: Node then opens /dev/null to read and write, which no `>/dev/null` of a shell does. */
export const wasClosed = (descriptor: number): boolean => nullAccess(descriptor) === READ_WRITE;

/**
 * Whether SIGHUP was ignored, as by nohup. Node undoes that, so it is known only if the shell names nohup as the command,
 * nohup has replaced the terminal, or the parent (a script under nohup) ignores the signal as well.
 */
export const ignoredHangup = (env: Readonly<Record<string, string | undefined>>): boolean =>
  basename(env._ ?? '') === 'nohup' || nullAccess(0) === WRITE_ONLY || ignoresHangup(ppid);

const WRITE_ONLY = 1;
const READ_WRITE = 2;

/** The access mode of a descriptor that is /dev/null. */
const nullAccess = (descriptor: number): number | undefined =>
  onLinux(() => {
    if (readlinkSync(`/proc/self/fd/${descriptor}`) !== '/dev/null') return undefined;
    const flags = /^flags:\s+(\d+)/m.exec(readFileSync(`/proc/self/fdinfo/${descriptor}`, 'utf8'))?.[1];
    return flags === undefined ? undefined : Number.parseInt(flags, 8) % 4;
  });

const ignoresHangup = (pid: number): boolean =>
  onLinux(() => {
    const ignored = /^SigIgn:\s+[\da-f]*([\da-f])$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
    // The lowest bit is signal 1, SIGHUP.
    return ignored !== undefined && Number.parseInt(ignored, 16) % 2 === 1;
  }) === true;

/** The result of reading /proc; undefined if there is none. */
const onLinux = <T>(read: () => T): T | undefined => {
  try {
    return read();
  } catch {
    return undefined;
  }
};

import { homedir } from 'node:os';
import { isAbsolute } from 'node:path';
import packageJson from '../package.json' with { type: 'json' };
import { run } from './cli.ts';
import type { Screen, World } from './system/world.ts';

/** A stream that is opened when it is first used: opening takes a millisecond or two of every start. */
const screen = (stream: () => NodeJS.WriteStream): Screen => ({
  get stream() {
    return stream();
  },
  get isTTY() {
    return stream().isTTY === true;
  },
  get columns() {
    return stream().columns;
  },
});

/** Undefined where the system has no home for this user; an empty HOME would mean the current folder. */
const home = (): string | undefined => {
  try {
    const folder = homedir();
    return isAbsolute(folder) ? folder : undefined;
  } catch {
    return undefined;
  }
};

const world: World = {
  env: process.env,
  get in() {
    return process.stdin;
  },
  out: screen(() => process.stdout),
  err: screen(() => process.stderr),
  now: Date.now,
  version: packageJson.version,
  node: process.versions.node,
  platform: process.platform,
  user: process.getuid?.(),
  get home() {
    return home();
  },
};

const signals: Readonly<Record<number, NodeJS.Signals>> = {
  129: 'SIGHUP',
  130: 'SIGINT',
  141: 'SIGPIPE',
  143: 'SIGTERM',
};

/** Ends by the signal itself, so that a shell sees what happened; Node ignores SIGPIPE until a listener comes and goes. */
const endBy = (signal: NodeJS.Signals): void => {
  const nothing = (): void => {};
  process.on(signal, nothing);
  process.off(signal, nothing);
  process.kill(process.pid, signal);
};

// Nothing from outside may switch off the check of certificates.
delete process.env.NODE_TLS_REJECT_UNAUTHORIZED;

// No process.exit: it would cut what a pipe has not taken yet.
void run(process.argv.slice(2), world).then((code) => {
  process.exitCode = code;
  const signal = signals[code];
  if (signal !== undefined) endBy(signal);
});

import type { Failure } from '../../core/failure.ts';
import type { Log } from '../../system/terminal/log.ts';

/** A log whose news go to the screen in use, where stderr would write across it. */
export const redirectedLog = (log: Log, elsewhere: boolean, tell: (text: string, bad: boolean) => void): Log => ({
  clean: log.clean,
  redact: log.redact,
  configure: log.configure,
  bug: log.bug,
  verbose: elsewhere && log.verbose,
  format: log.format,
  debug: (...said) => {
    // Where stderr goes to a file it disturbs nobody.
    if (elsewhere) log.debug(...said);
  },
  warn: (text) => tell(log.clean(text), false),
  info: (text) => tell(log.clean(text), false),
  error: (failure) => {
    if (!failure.reported) tell(log.clean(failureText(failure)), true);
  },
});

/** A failure in one line. */
export const failureText = ({ message, hint }: Failure): string =>
  hint === undefined ? message : `${message}. ${hint}`;

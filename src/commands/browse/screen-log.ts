import type { Failure } from '../../core/failure.ts';
import type { Log } from '../../system/terminal/log.ts';
import type { Notify } from './types.ts';

/** A log whose messages go to the full screen, which writing to stderr would overwrite. `stderrElsewhere`: stderr is not this terminal. */
export const redirectedLog = (log: Log, stderrElsewhere: boolean, notify: Notify): Log => ({
  clean: log.clean,
  redact: log.redact,
  configure: log.configure,
  bug: log.bug,
  verbose: stderrElsewhere && log.verbose,
  format: log.format,
  debug: (...line) => {
    if (stderrElsewhere) log.debug(...line);
  },
  warn: (text) => notify(log.clean(text), false),
  info: (text) => notify(log.clean(text), false),
  error: (failure) => {
    if (!failure.reported) notify(log.clean(failureText(failure)), true);
  },
});

/** A failure in one line. */
export const failureText = ({ message, hint }: Failure): string =>
  // A provider's own words may end with a full stop.
  hint === undefined ? message : `${message.replace(/\.$/, '')}. ${hint}`;

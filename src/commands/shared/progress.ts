import { openProgress, type Progress } from '../../system/terminal/progress.ts';
import type { Context } from './context.ts';

/** The progress line of a command; disabled by `--quiet` and for a log in JSON. */
export const progressFor = ({ runtime, log, settings }: Context): Progress =>
  openProgress(runtime, settings.quiet || log.format === 'json');

/** A progress line that shows `querying`, followed by the names of profiles or a provider. */
export const queryProgress = (names: string, context: Context): Progress => {
  const progress = progressFor(context);
  progress.update(`querying ${names}`);
  return progress;
};

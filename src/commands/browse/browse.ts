import { Failure } from '../../core/failure.ts';
import type { Recording } from '../../core/recording.ts';
import type { View } from '../../core/view.ts';
import { supportsFullscreen } from '../../system/terminal/fullscreen.ts';
import { noteCallers, tellCallers } from '../access/caller-note.ts';
import { openRecentIds } from '../ids/recent-ids.ts';
import { type Context, type Define, examples } from '../shared/context.ts';
import { withDeadline } from '../shared/deadline.ts';
import {
  type AccountOptions,
  addAccountOptions,
  addCallsOption,
  addFilterOptions,
  checkPaths,
  type FilterOptions,
  readQuery,
} from '../shared/options.ts';
import { callFieldsOf, readOutput } from '../shared/output.ts';
import { profileNames, withSources } from '../shared/sources.ts';
import { redirectedLog } from './screen-log.ts';
import { runSession } from './session.ts';
import type { Notify } from './types.ts';

interface BrowseOptions extends AccountOptions, FilterOptions {
  readonly withCalls?: boolean;
  readonly dir: string;
}

export const define: Define = (command, start) => {
  addAccountOptions(command);
  addCallsOption(addFilterOptions(command))
    .option('--dir <dir>', 'folder for downloads; p plays the files in it', 'recordings')
    .addHelpText(
      'after',
      examples([
        'recx browse --profile demo',
        'recx browse --profile demo --since 7d --kind conference',
        'recx browse --profile demo --since 7d --with-calls',
        'RECX_PLAYER="mpv --no-video" recx browse --profile demo --dir evidence',
      ]),
    )
    .action((options: BrowseOptions) => browse(options, start()));
};

const browse = async (options: BrowseOptions, context: Context): Promise<void> => {
  const { runtime, log } = context;
  if (!supportsFullscreen(runtime))
    throw new Failure(
      'usage',
      runtime.env.TERM === 'dumb' ? 'browse does not work with TERM=dumb' : 'browse requires a terminal',
      { hint: 'To use recx in a script, see recx list' },
    );
  checkPaths({ '--dir': options.dir }, context.runtime);
  readQuery(options, context);
  const { view } = await readOutput({ output: 'table', withCalls: options.withCalls === true }, context, true, true);
  const failures: Failure[] = [];
  noteCallers(context, options);
  try {
    await withDeadline(undefined, context, (stop) => session(options, { ...context, view, stop, failures }));
  } catch (error) {
    // Log them again: the full screen that showed them is closed.
    if (error instanceof Failure && error.kind === 'credentials') for (const failure of failures) log.error(failure);
    throw error;
  }
  // The screen has no room for it.
  tellCallers(context);
};

/** Maximum failures logged again after the screen closes. */
const MAX_FAILURES = 20;

interface SessionPlan extends Context {
  readonly view: View<Recording>;
  readonly stop: AbortController;
  readonly failures: Failure[];
}

const session = async (options: BrowseOptions, plan: SessionPlan): Promise<void> => {
  const { runtime, log, view, stop, failures } = plan;
  const { dir } = options;
  let notify: Notify = (text) => log.warn(text);
  const redirected = redirectedLog(log, !runtime.err.isTTY, (text, bad) => notify(text, bad));
  const error = (failure: Failure): void => {
    if (failures.length < MAX_FAILURES) failures.push(failure);
    redirected.error(failure);
  };
  const context = { ...plan, log: { ...redirected, error } };
  const recentIds = await openRecentIds(context);
  await withSources(
    options,
    context,
    async (sources, clients) => {
      const query = { ...readQuery(options, plan), ...callFieldsOf(options) };
      const title = profileNames(sources);
      const onOpen = (onScreen: Notify): void => {
        notify = onScreen;
      };
      try {
        await runSession({ sources, clients, options, context, query, view, title, dir, stop, onOpen, recentIds });
      } finally {
        await recentIds.save();
      }
    },
    { stop: stop.signal },
  );
};

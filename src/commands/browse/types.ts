import type { Query } from '../../core/query.ts';
import type { Recording } from '../../core/recording.ts';
import type { View } from '../../core/view.ts';
import type { ApiClients } from '../../system/net/api-client.ts';
import type { RecentIds } from '../ids/recent-ids.ts';
import type { Context } from '../shared/context.ts';
import type { AccountOptions } from '../shared/options.ts';
import type { Source } from '../shared/source.ts';

/** Dependencies of a download in browse. */
export interface DownloadDependencies {
  readonly sources: readonly Source[];
  readonly clients: ApiClients;
  readonly options: AccountOptions;
  readonly context: Context;
}

/** Shows a message on the screen. */
export type Notify = (text: string, bad: boolean) => void;

/** A session in progress. */
export interface BrowseContext extends DownloadDependencies {
  readonly query: Query;
  readonly recentIds: RecentIds;
  readonly view: View<Recording>;
  /** The profiles, for the title. */
  readonly title: string;
  /** The folder for downloads. */
  readonly dir: string;
  /** Ends the session. */
  readonly stop: AbortController;
  /** Called once the screen is open. */
  onOpen(notify: Notify): void;
}

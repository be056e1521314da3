import type { Query } from '../../core/query.ts';
import type { Recording } from '../../core/recording.ts';
import type { View } from '../../core/view.ts';
import type { ApiClients } from '../../system/net/api-client.ts';
import type { Context } from '../shared/context.ts';
import type { AccountOptions } from '../shared/options.ts';
import type { Source } from '../shared/source-types.ts';

/** What is needed to download while the list is on the screen. */
export interface DownloadDependencies {
  readonly sources: readonly Source[];
  readonly clients: ApiClients;
  readonly options: AccountOptions;
  readonly context: Context;
}

/** What is explored. */
export interface BrowseContext extends DownloadDependencies {
  readonly query: Query;
  readonly view: View<Recording>;
  /** What is asked, for the title. */
  readonly title: string;
  /** Where downloads go. */
  readonly dir: string;
  /** Ends the session. */
  readonly stop: AbortController;
  /** Gets the way in which news is told. */
  onOpen(tell: (text: string, bad: boolean) => void): void;
}

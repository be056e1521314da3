import type { NamedRecording } from '../../core/download/id-list.ts';
import type { FileOwner } from '../../core/download/manifest.ts';
import type { Outcome } from '../../core/download/outcome.ts';
import type { Shard } from '../../core/download/shard.ts';
import type { Template } from '../../core/naming/template.ts';
import type { Query } from '../../core/query.ts';
import type { MediaFormat, Recording } from '../../core/recording.ts';
import type { RowOrder } from '../../core/sort/sort.ts';
import type { Folder } from '../../system/files/download-folder.ts';
import type { FetchContext } from '../../system/net/fetch-media.ts';
import type { MediaClient } from '../../system/net/media-client.ts';
import type { SearchResult } from '../ids/find-recording.ts';
import type { IdListOrigin } from '../ids/id-lists.ts';
import type { RowCalls } from '../ids/row-calls.ts';
import type { Context } from '../shared/context.ts';
import type { RowLimit } from '../shared/list-sources.ts';
import type { AccountOptions, FilterOptions } from '../shared/options.ts';
import type { ProfileAccounts } from '../shared/profile-accounts.ts';
import type { Source } from '../shared/source.ts';
import type { FormatPreference } from './media-choice.ts';
import type { DownloadSummary } from './summary.ts';

export interface DownloadOptions extends AccountOptions, FilterOptions {
  readonly limit?: string;
  readonly all?: boolean;
  readonly sort?: readonly string[];
  readonly dir: string;
  readonly output?: string;
  readonly media?: readonly string[];
  readonly name: string;
  readonly ids?: string;
  readonly concurrency: string;
  readonly overwrite?: boolean;
  readonly dryRun?: boolean;
  readonly sidecar?: boolean;
  readonly manifest: boolean;
  readonly stdout?: boolean;
  readonly shard?: string;
  readonly rps?: string;
  readonly maxTime?: string;
  readonly wait?: string;
  readonly summary?: string;
  readonly withCalls?: boolean;
}

/** The parsed flags. */
export interface DownloadRun {
  /** References by id, ids as typed, a file of them, or undefined for every recording that matches the query. */
  readonly ids: readonly NamedRecording[] | { readonly typed: readonly string[] } | IdListOrigin | undefined;
  /** The query for the current time. */
  freshQuery(): Query;
  readonly template: Template;
  /** The fields of names, sidecars and the manifest that calls may have to give. */
  readonly callFields: readonly string[];
  readonly limit: RowLimit | undefined;
  /** Undefined for newest first. */
  readonly order: RowOrder | undefined;
  readonly preferredFormats: readonly MediaFormat[] | undefined;
  readonly concurrency: number;
  readonly shard: Shard | undefined;
  /** Requests per second. */
  readonly rps: number | undefined;
  /** Milliseconds. */
  readonly maxTime: number | undefined;
  /** Milliseconds to wait for another run in the same folder. */
  readonly waitMilliseconds: number;
}

/** A listed recording, or a reference by id. */
export type QueuedRow = Recording | ReferenceRow;

interface ReferenceRow extends NamedRecording {
  /** What a search for the id has shown, if there was one. */
  readonly result?: SearchResult;
}

/** A download in progress. */
export interface DownloadContext {
  readonly run: DownloadRun;
  readonly options: DownloadOptions;
  readonly context: Context;
  readonly sources: readonly Source[];
  sourceOf(recording: Recording): Source;
  readonly media: MediaClient;
  readonly fetchContext: FetchContext;
  readonly stop: AbortController;
  readonly summary: DownloadSummary;
  readonly calls: RowCalls;
}

/** Settings for all recordings of a run. */
export interface DownloadJob extends FormatPreference {
  readonly folder: Folder;
  readonly overwrite: boolean;
  /** Shows what would be downloaded. */
  readonly dryRun: boolean;
  readonly sidecar: boolean;
  /** Sidecars and the manifest have what calls say. */
  readonly withCalls: boolean;
  /** Warns once a run. */
  warnOnce(text: string): void;
  /** For lines of the manifest that name no account. */
  readonly accounts: ProfileAccounts;
  readonly fetchContext: FetchContext;
}

/** A recording to download. */
export interface DownloadItem {
  readonly recording: Recording;
  readonly source: Source;
  readonly owner: FileOwner;
}

export interface RecordingResult {
  readonly outcome: Outcome;
  /** Size of a file that was downloaded, or in a dry run would be; null if unknown. */
  readonly bytes: number | null;
  /** The recording's file, if there is one now; in a dry run the one that would be written. */
  readonly path?: string;
  /** Before, the manifest had the recording only under other names. */
  readonly isRenamed?: boolean;
}

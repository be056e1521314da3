import { readiness } from '../../core/download/outcome.ts';
import type { Recording } from '../../core/recording.ts';
import type { MediaSource } from '../../system/net/media-client.ts';
import { findNamed, foundRecording, sourcesOf } from '../ids/find-recording.ts';
import type { Source } from '../shared/source.ts';
import { asServerError } from './media-choice.ts';
import type { DownloadContext, QueuedRow } from './types.ts';

/** The recording of a row, with what its call says if that is used; undefined if no source has it. */
export const resolveRecording = async (
  row: QueuedRow,
  downloadContext: DownloadContext,
): Promise<Recording | undefined> => {
  const found = await findRow(row, downloadContext);
  if (found === undefined) return undefined;
  const recording = await downloadContext.calls.complete(found);
  downloadContext.context.listing.callers?.see([recording]);
  return recording;
};

const findRow = async (
  row: QueuedRow,
  { sources, sourceOf, context: { log } }: DownloadContext,
): Promise<Recording | undefined> => {
  if ('raw' in row) return row;
  const { result } = row;
  if (result !== undefined) return asServerError(foundRecording(result));
  const listed = row.listed && withPermanentLink(row.listed, sourcesOf(row, sources));
  return listed ?? asServerError(findNamed(row, { sources, all: sources, links: false, log }, sourceOf));
};

/** A listed recording that needs no request: it was ready, and its link does not expire. */
const withPermanentLink = (listed: Recording, sources: readonly Source[]): Recording | undefined => {
  const source = sources.find(({ profile, definition }) => profile === listed.profile && definition.api === listed.api);
  if (source === undefined || readiness(listed) !== 'ready') return undefined;
  const { provider, account } = source;
  if (listed.accountId !== null && listed.accountId !== account?.id) return undefined;
  const mediaUrl = listed.mediaUrl ?? provider.permanentLink?.(listed) ?? null;
  const recording = { ...listed, mediaUrl };
  return provider.media(recording)?.signed === false ? recording : undefined;
};

/** One media client for each source. */
export const openMediaSources = ({ media }: DownloadContext): ((source: Source) => MediaSource) => {
  const clients = new Map<Source, MediaSource>();
  return (source) => {
    const { account, definition } = source;
    if (account === undefined) throw new Error('a source that could not be opened has no media');
    const client = clients.get(source) ?? media.sourceFor(account, definition);
    clients.set(source, client);
    return client;
  };
};

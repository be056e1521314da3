import { readiness } from '../../core/download/outcome.ts';
import { Failure } from '../../core/failure.ts';
import type { Recording } from '../../core/recording.ts';
import type { MediaSource } from '../../system/net/media-client.ts';
import { findRecording } from '../ids/find-recording.ts';
import { recordingIdentity } from '../shared/source-lookup.ts';
import type { Source } from '../shared/source-types.ts';
import { asServerError } from './media-choice.ts';
import type { DownloadContext, QueuedRow } from './types.ts';

/** The recording of a row; undefined if no source has it. */
export const resolveRecording = async (
  row: QueuedRow,
  { sources, sourceOf, context: { log } }: DownloadContext,
): Promise<Recording | undefined> => {
  if ('raw' in row) return row;
  const { id, provider, api, accountId, profile } = row;
  const matches = (named: string | undefined, actual: string | null | undefined): boolean =>
    named === undefined || named === actual;
  const candidates = sources.filter(
    ({ definition }) => matches(provider, definition.vendor.name) && matches(api, definition.api),
  );
  // The row of a subaccount names another account than the one that was queried, and a profile may have been renamed.
  const preferred = [
    candidates.filter(({ account }) => accountId !== undefined && accountId === account?.id),
    candidates.filter((source) => matches(profile, source.profile)),
    candidates,
  ].find((some) => some.length > 0);
  if (preferred === undefined) throw notSelected(provider, api);
  const listed = row.listed && withPermanentLink(row.listed, preferred);
  if (listed !== undefined) return listed;
  const search = { sources: preferred, all: sources, links: false, log };
  const found = await asServerError(findRecording(id, search));
  if (found !== undefined && !matches(accountId, recordingIdentity(found, sourceOf(found)).accountId))
    throw notSelected(provider, `account ${accountId}`);
  return found;
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

const notSelected = (...names: readonly (string | undefined)[]): Failure =>
  new Failure('partial', `it belongs to ${names.filter(Boolean).join(' ')}, which is not selected`, {
    hint: 'Select its profile with --profile, and its API with --api',
  });

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

import { Failure } from '../../core/failure.ts';
import type { Recording } from '../../core/recording.ts';
import type { MediaSource } from '../../system/net/media-client.ts';
import { findRecording } from '../shared/find-recording.ts';
import type { Source } from '../shared/source-types.ts';
import { asServerError } from './media-choice.ts';
import type { DownloadContext, QueuedRow } from './types.ts';

/** The recording of a row; undefined if no source has it. */
export const resolveRecording = async (
  row: QueuedRow,
  { sources }: DownloadContext,
): Promise<Recording | undefined> => {
  if ('raw' in row) return row;
  const { id, provider, api, profile } = row;
  const matches = (named: string | undefined, actual: string): boolean => named === undefined || named === actual;
  const candidates = sources.filter(
    ({ definition }) => matches(provider, definition.vendor.name) && matches(api, definition.api),
  );
  if (candidates.length === 0) {
    throw new Failure('partial', `it belongs to ${[provider, api].filter(Boolean).join(' ')}, which is not selected`, {
      hint: 'Select its profile with --profile, and its API with --api',
    });
  }
  // A profile may have been renamed since.
  const sameProfile = candidates.filter((source) => matches(profile, source.profile));
  return asServerError(findRecording(id, sameProfile.length > 0 ? sameProfile : candidates, false));
};

/** The source that a recording came from. */
export const sourceOf = ({ profile, provider, api }: Recording, { sources }: DownloadContext): Source => {
  const source = sources.find(
    (one) => one.profile === profile && one.definition.vendor.name === provider && one.definition.api === api,
  );
  if (source === undefined) throw new Error(`no source for ${profile} ${provider} ${api}`);
  return source;
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

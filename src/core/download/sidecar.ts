import { instant, isRow, seconds } from '../decode.ts';
import { type MediaFormat, mediaFormats, type Recording } from '../recording.ts';

/** The extensions of media files; `.enc` marks encrypted media. */
export const mediaExtensions = mediaFormats.flatMap((format) => [`.${format}`, `.${format}.enc`]);

/** The format of a path by its extension, and whether the media is encrypted; undefined if the path is not media. */
export const mediaOf = (path: string): { readonly format: MediaFormat; readonly encrypted: boolean } | undefined => {
  const extension = mediaExtensions.find((candidate) => path.endsWith(candidate));
  const format = mediaFormats.find((candidate) => extension?.startsWith(`.${candidate}`));
  return format && { format, encrypted: extension?.endsWith('.enc') === true };
};

/** The path of a media file's sidecar: `name.json` for `name.mp3` or `name.mp3.enc`; undefined if the path is not media. */
export const sidecarPath = (path: string): string | undefined => {
  const extension = mediaExtensions.find((candidate) => path.endsWith(candidate));
  return extension && `${path.slice(0, -extension.length)}.json`;
};

/** The details that a sidecar adds to a manifest entry. */
export type SidecarDetails = Pick<Recording, 'from' | 'to' | 'durationSeconds' | 'startedAt'> & {
  readonly kind: string | null;
  readonly status: string | null;
};

/** The details in a sidecar; undefined if it cannot be read or belongs to another recording. */
export const parseSidecar = (
  content: string,
  { id, provider }: Pick<Recording, 'id' | 'provider'>,
): SidecarDetails | undefined => {
  try {
    const value: unknown = JSON.parse(content);
    if (!isRow(value) || value.id !== id || value.provider !== provider) return undefined;
    const text = (given: unknown): string | null => (typeof given === 'string' && given !== '' ? given : null);
    return {
      kind: text(value.kind),
      status: text(value.status),
      from: text(value.from),
      to: text(value.to),
      durationSeconds: typeof value.duration_seconds === 'number' ? (seconds(value.duration_seconds) ?? null) : null,
      startedAt: instant(value.started_at) ?? null,
    };
  } catch {
    return undefined;
  }
};

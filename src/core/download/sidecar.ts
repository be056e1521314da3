import { instant, isRow, seconds } from '../decode.ts';
import { type MediaFormat, mediaFormats, type Recording } from '../recording.ts';

/** What a file of media ends with; `.enc` is ciphertext. */
export const mediaExtensions = mediaFormats.flatMap((format) => [`.${format}`, `.${format}.enc`]);

/** The format that a path ends with, and whether its bytes are ciphertext; undefined for what is no media. */
export const mediaOf = (path: string): { readonly format: MediaFormat; readonly encrypted: boolean } | undefined => {
  const ending = mediaExtensions.find((one) => path.endsWith(one));
  const format = mediaFormats.find((one) => ending?.startsWith(`.${one}`));
  return format && { format, encrypted: ending?.endsWith('.enc') === true };
};

/** `name.json` beside `name.mp3` or `name.mp3.enc`; undefined for what is no media. */
export const sidecarPath = (path: string): string | undefined => {
  const ending = mediaExtensions.find((one) => path.endsWith(one));
  return ending && `${path.slice(0, -ending.length)}.json`;
};

/** What a sidecar adds to a line of the manifest. */
export type SidecarDetails = Pick<Recording, 'from' | 'to' | 'durationSeconds' | 'startedAt'> & {
  readonly kind: string | null;
  readonly status: string | null;
};

/** The details in a sidecar; undefined for one that is broken or of another recording. */
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

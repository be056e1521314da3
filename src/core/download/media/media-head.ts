import { tagBytes } from './mpeg-audio.ts';

/** Bytes that are enough to detect a format. */
export const HEAD_BYTES = 16 * 1024;

/** Zeros that encoders may write before the first frame. */
const MAX_ZEROS = 64 * 1024;

/** The start of a file. */
export interface MediaHead {
  /** The first bytes, up to `HEAD_BYTES`. */
  readonly start: Uint8Array;
  /** The first bytes after the zeros and tags that precede audio frames, up to `HEAD_BYTES`. */
  readonly audio: Uint8Array;
  /** More bytes would not change it. */
  readonly isFull: boolean;
}

export const emptyHead = (): GrowingHead => headOf(new Uint8Array(), new Uint8Array(), 0, MAX_ZEROS);

interface GrowingHead extends MediaHead {
  /** Bytes of a tag that are still to come. */
  readonly skipped: number;
  /** Zeros that may still precede the audio. */
  readonly zeros: number;
}

const headOf = (start: Uint8Array, audio: Uint8Array, skipped: number, zeros: number): GrowingHead => ({
  start,
  audio,
  skipped,
  zeros,
  isFull: audio.length >= HEAD_BYTES,
});

/** The head with the next bytes of the file. */
export const addToHead = (head: GrowingHead, chunk: Uint8Array): GrowingHead => {
  if (head.isFull) return head;
  const start = append(head.start, chunk);
  let { audio } = head;
  let { skipped, zeros } = head;
  for (let rest = chunk; rest.length > 0 && audio.length < HEAD_BYTES; ) {
    const omitted = Math.min(skipped, rest.length);
    const added = Math.min(HEAD_BYTES - audio.length, rest.length - omitted);
    audio = append(audio, rest.subarray(omitted));
    rest = rest.subarray(omitted + added);
    skipped -= omitted;
    const leading = leadingZeros(audio, zeros);
    audio = audio.subarray(leading);
    zeros -= leading;
    for (let tag = tagBytes(audio); tag > 0; tag = tagBytes(audio)) {
      skipped = Math.max(0, tag - audio.length);
      audio = audio.subarray(tag);
    }
  }
  return headOf(start, audio, skipped, zeros);
};

const leadingZeros = (bytes: Uint8Array, most: number): number => {
  const count = bytes.findIndex((byte) => byte !== 0);
  return Math.min(most, count === -1 ? bytes.length : count);
};

const append = (bytes: Uint8Array, chunk: Uint8Array): Uint8Array => {
  const added = chunk.subarray(0, HEAD_BYTES - bytes.length);
  if (bytes.length === 0) return added;
  const joined = new Uint8Array(bytes.length + added.length);
  joined.set(bytes);
  joined.set(added, bytes.length);
  return joined;
};

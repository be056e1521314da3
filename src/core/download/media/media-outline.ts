import { wavMarks } from './media-size.ts';
import { ascii } from './media-text.ts';
import { boxAt, isKnownBox, LONG_HEADER } from './mp4-boxes.ts';

/** The parts of a file, read as its bytes arrive: the boxes of an MP4 file, or the chunks of a WAV file up to its sound. */
export interface Outline {
  add(chunk: Uint8Array): void;
  /** Whether one of these parts has begun. */
  has(...names: readonly string[]): boolean;
  /** Where the last part ends by its own header; 0 if that is not known. */
  readonly end: number;
  /** Bytes of sound in a WAV file. */
  readonly soundBytes: number;
  /** The last part ends where the bytes end, so that no part is missing. */
  readonly isClosed: boolean;
}

/** What a header says; undefined if it says nothing. */
interface Part {
  readonly name: string;
  /** Bytes with the header. */
  readonly length: number;
  /** Its length is evidence of where the file ends. */
  readonly isKnown: boolean;
}

const HEADER = 8;
export const WAV_HEADER = 12;

export const openOutline = (): Outline => {
  const names = new Set<string>();
  let size = 0;
  /** Offset of the next header, and its bytes so far. */
  let [next, header] = [0, new Uint8Array()];
  let isWav = false;
  let [end, soundAt] = [0, Number.POSITIVE_INFINITY];

  /** Bytes that the header at hand needs. */
  const needed = (): number => {
    if (next === 0 && header.length >= 4 && wavMarks.includes(ascii(header, 0, 4))) return WAV_HEADER;
    const isLong = !isWav && header.length >= HEADER && ascii(header, 0, 4) === '\0\0\0\x01';
    return isLong ? LONG_HEADER : HEADER;
  };
  const readPart = (): Part | undefined => {
    if (isWav) return chunkAt(header, next);
    if (header.length === WAV_HEADER) {
      isWav = true;
      return { name: '', length: WAV_HEADER, isKnown: false };
    }
    const box = boxAt(header, 0);
    return box === undefined ? undefined : { name: box.type, length: box.length, isKnown: isKnownBox(box.type) };
  };
  const step = (): void => {
    const part = readPart();
    header = header.slice(part?.length ?? header.length);
    if (part !== undefined && interesting.includes(part.name)) names.add(part.name);
    if (isWav && part?.name === 'data') soundAt = next + HEADER;
    const isLast = part === undefined || soundAt < Number.POSITIVE_INFINITY;
    end = part?.isKnown === true && part.length < Number.POSITIVE_INFINITY ? next + part.length : 0;
    next = isLast ? Number.POSITIVE_INFINITY : next + part.length;
  };

  return {
    add: (chunk) => {
      const start = size;
      size += chunk.length;
      while (next + header.length < size) {
        const at = next + header.length - start;
        const more = chunk.subarray(at, at + needed() - header.length);
        header = concat(header, more);
        if (header.length === needed()) step();
      }
    },
    has: (...wanted) => wanted.some((name) => names.has(name)),
    get end() {
      return end;
    },
    get soundBytes() {
      return Math.max(0, size - soundAt);
    },
    get isClosed() {
      return next === size;
    },
  };
};

const interesting: readonly string[] = ['fmt ', 'data', 'moov', 'moof', 'mdat'];

/** A chunk of a WAV file, or the padding byte before it, which some encoders leave out. */
const chunkAt = (header: Uint8Array, at: number): Part | undefined => {
  if (at % 2 === 1 && header[0] === 0) return { name: '', length: 1, isKnown: false };
  const name = ascii(header, 0, 4);
  const length = HEADER + new DataView(header.buffer, header.byteOffset).getUint32(4, true);
  return /^[\x20-\x7e]{4}$/.test(name) ? { name, length, isKnown: false } : undefined;
};

const concat = (bytes: Uint8Array, more: Uint8Array): Uint8Array<ArrayBuffer> => {
  const joined = new Uint8Array(bytes.length + more.length);
  joined.set(bytes);
  joined.set(more, bytes.length);
  return joined;
};

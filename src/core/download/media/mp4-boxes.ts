import { ascii } from './media-text.ts';

/**
 * Whether bytes begin with boxes of an MP4 file (ISO 14496-12), of which the first two agree. `isEnd` if they are all of
 * the file.
 */
export const isMp4 = (bytes: Uint8Array, isEnd: boolean): boolean => {
  const first = boxAt(bytes, 0);
  if (first === undefined || !firstTypes.includes(first.type)) return false;
  if (isEnd && first.length > bytes.length && first.length !== Number.POSITIVE_INFINITY) return false;
  const next = boxAt(bytes, first.length);
  if (next !== undefined && isKnownBox(next.type)) return true;
  const isBrand = isTypeBox(first.type) && brands.test(ascii(bytes, first.header, 4));
  if (first.length + 8 <= bytes.length) return isBrand && next !== undefined && /^[\w -]{4}$/.test(next.type);
  // The next box is out of sight or missing: the contents of this one decide.
  if (isTypeBox(first.type)) return isBrand;
  const child = ascii(bytes, first.header + 4, 4);
  if (first.type === 'moov') return ['mvhd', 'cmov', 'iods', 'udta', 'meta'].includes(child);
  return first.type === 'moof' ? child === 'mfhd' : first.type === 'mdat';
};

/** The box that a file may begin with. */
const firstTypes: readonly string[] = ['ftyp', 'styp', 'moov', 'moof', 'free', 'skip', 'wide', 'mdat', 'uuid', 'pnot'];
const laterTypes: readonly string[] = [
  ...firstTypes,
  'meta',
  'sidx',
  'ssix',
  'pdin',
  'prft',
  'emsg',
  'udta',
  'mfra',
  'PICT',
];

export const isKnownBox = (type: string): boolean => laterTypes.includes(type);

/** Brands of ISO media, MPEG-4, 3GPP, QuickTime, DASH and Apple. */
const brands =
  /^(?:iso[a-z\d]|mp[47]\d|avc\d|hvc\d|av01|3g[a-z\d]{2}|M4[ABPV] |qt {2}|dash|ms[ds][hx]|cmf[a-z\d]|MSNV|f4[av] |dby1)$/;

interface Box {
  readonly type: string;
  /** Bytes of the box with its header. */
  readonly length: number;
  /** Bytes of the header. */
  readonly header: number;
}

/** The box at an offset, if its length can be right. */
export const boxAt = (bytes: Uint8Array, at: number): Box | undefined => {
  if (at + 8 > bytes.length) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset + at, bytes.length - at);
  const type = ascii(bytes, at + 4, 4);
  const short = view.getUint32(0);
  const isLong = short === 1 && view.byteLength >= LONG_HEADER;
  // Length 0 means to the end of the file, which only the last box may have.
  const length = isLong
    ? Number(view.getBigUint64(8))
    : short === 0 && type === 'mdat'
      ? Number.POSITIVE_INFINITY
      : short;
  const header = isLong ? LONG_HEADER : 8;
  // Four letters are no length but text.
  const isText = /^[\x20-\x7e]{4}$/.test(ascii(bytes, at, 4));
  const [least, most] = isTypeBox(type) ? [16, MAX_TYPE_BOX] : [header, Number.POSITIVE_INFINITY];
  return isText || length < least || length > most ? undefined : { type, length, header };
};

const isTypeBox = (type: string): boolean => type === 'ftyp' || type === 'styp';

/** Bytes of a header with a length of 64 bits. */
export const LONG_HEADER = 16;

const MAX_TYPE_BOX = 4096;

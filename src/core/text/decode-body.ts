/** A text, and whether bytes that belong to no character were replaced by U+FFFD. */
export interface DecodedBody {
  readonly text: string;
  readonly isAltered: boolean;
}

/**
 * Decodes the body of a response. JSON is UTF-8, whatever its Content-Type says; only bytes that are none are read in the
 * charset that it declares. A charset whose texts can be mistaken for UTF-8, such as UTF-16, goes first.
 */
export const decodeBody = (bytes: Uint8Array, contentType: string | null): DecodedBody => {
  const declared = decoderOf(/;\s*charset\s*=\s*["']?([\w.:-]{1,40})/i.exec(contentType?.slice(0, 1000) ?? '')?.[1]);
  const utf8 = new TextDecoder('utf-8', { fatal: true });
  const decoders = declared === undefined ? [utf8] : isLikeUtf8(declared) ? [utf8, declared] : [declared, utf8];
  for (const decoder of decoders) {
    const text = tryToDecode(bytes, decoder);
    if (text !== undefined) return { text, isAltered: false };
  }
  return { text: new TextDecoder().decode(bytes), isAltered: true };
};

type Decoder = InstanceType<typeof TextDecoder>;

const decoderOf = (charset: string | undefined): Decoder | undefined => {
  try {
    return charset === undefined ? undefined : new TextDecoder(charset, { fatal: true });
  } catch {
    return undefined; // unknown
  }
};

/** One byte for a character, ASCII among them: other letters are hardly ever valid UTF-8 as well. */
const isLikeUtf8 = ({ encoding }: Decoder): boolean =>
  /^(?:utf-8|windows-\d+|iso-8859-\d+|koi8|mac|ibm)/.test(encoding);

const tryToDecode = (bytes: Uint8Array, decoder: Decoder): string | undefined => {
  try {
    // In two steps, since Node 20 and 22 decode windows-1252 in one step as Latin-1.
    return decoder.encoding === 'utf-8'
      ? decoder.decode(bytes)
      : decoder.decode(bytes, { stream: true }) + decoder.decode();
  } catch {
    return undefined;
  }
};

import { fail } from './fail.mjs';

/**
 * A Windows program without its signature, which would no longer match once the program changes. The header names the
 * place of the signature, which is the end of the file (PE format, "Attribute Certificate Table").
 */
export const unsign = (program) => {
  const header = program.readUInt32LE(0x3c);
  const optional = header + 24;
  if (program.toString('latin1', header, header + 4) !== 'PE\0\0' || program.readUInt16LE(optional) !== 0x20b)
    fail('the runtime for Windows is not a 64-bit program');
  const checksum = optional + 64;
  const entry = optional + 112 + 4 * 8;
  const [start, size] = [program.readUInt32LE(entry), program.readUInt32LE(entry + 4)];
  if (start === 0) return program;
  if (start + size !== program.length) fail('the runtime for Windows has data behind its signature');
  const unsigned = Buffer.from(program.subarray(0, start));
  unsigned.fill(0, entry, entry + 8);
  // Zero means that there is none; Windows checks it for drivers only.
  unsigned.fill(0, checksum, checksum + 4);
  return unsigned;
};

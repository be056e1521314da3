import { createReadStream } from 'node:fs';
import { diskFailure } from '../files/disk-errors.ts';
import type { Runtime } from '../runtime.ts';

/** The text of a file, or of standard input for `-`, as chunks. Throws `local`. */
export async function* readText(path: string, runtime: Runtime): AsyncGenerator<string> {
  const input = path === '-' ? runtime.in : createReadStream(path);
  input.setEncoding('utf8');
  try {
    for await (const chunk of input) yield String(chunk);
  } catch (error) {
    throw diskFailure(error, path === '-' ? 'standard input' : path);
  }
}

import { Writable } from 'node:stream';

/** A stream that collects its input as text. */
export interface Capture {
  readonly stream: NodeJS.WritableStream;
  text(): string;
}

export const openCapture = (): Capture => {
  const chunks: Buffer[] = [];
  const stream = new Writable({
    write: (chunk: Buffer, _, done) => {
      chunks.push(chunk);
      done();
    },
  });
  return { stream, text: () => Buffer.concat(chunks).toString() };
};

/** A destination for text. `write` throws a failure: `local`, or `pipe` if the reader closed the pipe. */
export interface Sink {
  write(text: string): Promise<void>;
}

/** Writes each chunk as it arrives and waits for it, so that a slow reader slows down the requests. */
export const drain = async (chunks: AsyncIterable<string>, sink: Sink): Promise<void> => {
  for await (const chunk of chunks) {
    if (chunk !== '') await sink.write(chunk);
  }
};

/** A place where text goes. Throws a failure (`local`, or `pipe` when the reader went away). */
export interface Sink {
  write(text: string): Promise<void>;
}

/** Writes every chunk as it comes and waits for each, so that a slow reader slows the asking. */
export const drain = async (chunks: AsyncIterable<string>, sink: Sink): Promise<void> => {
  for await (const chunk of chunks) {
    if (chunk !== '') await sink.write(chunk);
  }
};

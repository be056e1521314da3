import { Failure } from '../../core/failure.ts';
import type { Recording } from '../../core/recording.ts';
import type { Source } from './source-types.ts';

/** The recording of an id from the first source that has it. Throws a source's failure only if no other source has it. */
export const findRecording = async (
  id: string,
  sources: readonly Source[],
  links: boolean,
): Promise<Recording | undefined> => {
  let failure: Failure | undefined;
  for (const { provider } of sources) {
    try {
      const recording = await provider.find(id, links);
      if (recording !== undefined) return recording;
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
      failure ??= error;
    }
  }
  if (failure !== undefined) throw failure;
  return undefined;
};

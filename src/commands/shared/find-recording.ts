import { Failure } from '../../core/failure.ts';
import type { ApiDefinition } from '../../core/provider.ts';
import type { Recording } from '../../core/recording.ts';
import { definitions } from '../../providers/index.ts';
import type { Source } from './source-types.ts';

/** The recording of an id from the first source that has it. Throws a source's failure only if no other source has it. */
export const findRecording = async (
  id: string,
  sources: readonly Source[],
  links: boolean,
): Promise<Recording | undefined> => {
  let failure: Failure | undefined;
  const candidates = sources.filter(({ definition }) => !isForeignId(id, definition));
  for (const { provider, definition } of candidates) {
    try {
      const recording = await provider.find(id, links);
      if (recording !== undefined) return recording;
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
      // The id may be of another API, since its form is not the documented one.
      const isRejectedId = error.kind === 'invalid' && candidates.length > 1 && definition.idForm?.test(id) === false;
      if (!isRejectedId) failure ??= error;
    }
  }
  if (failure !== undefined) throw failure;
  return undefined;
};

/** Whether an id has the documented form of other APIs and not of this one, which would reject it. */
const isForeignId = (id: string, { idForm }: ApiDefinition): boolean =>
  idForm?.test(id) === false && definitions.some((other) => other.idForm?.test(id) === true);

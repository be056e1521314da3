import { Failure } from '../../core/failure.ts';
import type { ApiDefinition } from '../../core/provider.ts';
import type { Recording } from '../../core/recording.ts';
import { MIN_PREFIX_LENGTH, withoutMark } from '../../core/text/same-id.ts';
import { definitions } from '../../providers/index.ts';
import type { Source } from '../shared/source-types.ts';

/**
 * The recording of an id from the first source that has it. Throws a source's failure only if no other source has it, and
 * not if the source rejects an id that has not its documented form, or with `mayBePrefix` any id that may not be complete.
 */
export const findRecording = async (
  id: string,
  sources: readonly Source[],
  links: boolean,
  mayBePrefix = false,
): Promise<Recording | undefined> => {
  let failure: Failure | undefined;
  const candidates = sources.filter(({ definition }) => !isForeignId(id, definition));
  for (const { provider, definition } of candidates) {
    try {
      const recording = await provider.find(id, links);
      if (recording !== undefined) return recording;
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
      const hasForm = definition.idForm?.test(id);
      const isRejectedId = error.kind === 'invalid' && (hasForm === false || (mayBePrefix && hasForm === undefined));
      if (!isRejectedId) failure ??= error;
    }
  }
  if (failure !== undefined) throw failure;
  return undefined;
};

/** Whether an id has the documented form of other APIs and not of this one, which would reject it. */
const isForeignId = (id: string, { idForm }: ApiDefinition): boolean =>
  idForm?.test(id) === false && definitions.some((other) => other.idForm?.test(id) === true);

/** The hint for ids that were not found. */
export const missingHint = (ids: readonly string[]): string =>
  ids.some((id) => withoutMark(id).length < MIN_PREFIX_LENGTH)
    ? `At least ${MIN_PREFIX_LENGTH} characters of an id are needed; the newest recording: recx list -n 1`
    : 'Ids in tables may be shortened; list complete ids with: recx list -o csv --fields id';

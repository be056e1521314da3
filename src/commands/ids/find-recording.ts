import { Failure } from '../../core/failure.ts';
import type { ApiDefinition } from '../../core/provider.ts';
import type { Recording } from '../../core/recording.ts';
import { MIN_PREFIX_LENGTH, withoutMark } from '../../core/text/same-id.ts';
import { definitions } from '../../providers/index.ts';
import type { Log } from '../../system/terminal/log.ts';
import { isRefused, nameOfApi } from '../access/api-access.ts';
import { tellLeftOut } from '../access/refusals.ts';
import type { Source } from '../shared/source-types.ts';

/** Where to search for a recording. */
export interface Search {
  readonly sources: readonly Source[];
  /** The sources of the run: those that accept the credentials show that another one lacks a permission only. */
  readonly all: readonly Source[];
  /** The recording gets a longer-lived media link. */
  readonly links: boolean;
  /** The id may be the start of another one. */
  readonly mayBePrefix?: boolean;
  readonly log: Log;
}

/**
 * The recording of an id from the first source that has it. Throws a source's failure only if no other source has it, and
 * not if the source rejects an id that has not its documented form, or with `mayBePrefix` any id that may not be complete.
 */
export const findRecording = async (
  id: string,
  { sources, all, links, mayBePrefix = false, log }: Search,
): Promise<Recording | undefined> => {
  let failure: Failure | undefined;
  const refusals: (readonly [Source, Failure])[] = [];
  const candidates = sources.filter(({ definition }) => !isForeignId(id, definition));
  for (const source of candidates) {
    const { provider, definition } = source;
    try {
      const recording = await provider.find(id, links);
      if (recording !== undefined) return recording;
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
      const hasForm = definition.idForm?.test(id);
      const isRejectedId = error.kind === 'invalid' && (hasForm === false || (mayBePrefix && hasForm === undefined));
      if (error.kind === 'credentials' && isRefused(source)) refusals.push([source, error]);
      else if (!isRejectedId) failure ??= error;
    }
  }
  for (const [source, refusal] of refusals) failure = worse(failure, await judge(source, refusal, id, all, log));
  if (failure !== undefined) throw failure;
  return undefined;
};

/** What a refusal means for a recording that no other source has; undefined if the source is left out. */
const judge = async (
  source: Source,
  refusal: Failure,
  id: string,
  all: readonly Source[],
  log: Log,
): Promise<Failure | undefined> => {
  const { reason, access } = source;
  if (reason === 'named') return refusal;
  if (access.accepted.size === 0) await tryOthers(source, id, all);
  if (access.accepted.size === 0) return refusal;
  if (reason === 'default') {
    tellLeftOut(source, refusal, log);
    return undefined;
  }
  return new Failure('partial', `${nameOfApi(source)} could not be searched: ${refusal.message}`, {
    hint: refusal.hint,
    about: refusal.about,
  });
};

/** Asks the other APIs of a profile until one accepts the credentials. */
const tryOthers = async ({ access }: Source, id: string, all: readonly Source[]): Promise<void> => {
  for (const other of all) {
    if (other.access !== access || isRefused(other)) continue;
    try {
      await other.provider.find(id);
      return;
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
    }
  }
};

/** Rejected credentials come before any other failure, since they concern the run. */
const worse = (one: Failure | undefined, other: Failure | undefined): Failure | undefined =>
  one === undefined || (one.kind !== 'credentials' && other?.kind === 'credentials') ? other : one;

/** `; signalwire video of profile "work" could not be queried`: the left-out sources, for a recording that was not found. */
export const unqueriedText = (sources: readonly Source[]): string => {
  const names = sources.filter(isRefused).map(nameOfApi);
  return names.length === 0 ? '' : `; ${names.join(' and ')} could not be queried`;
};

/** Whether an id has the documented form of other APIs and not of this one, which would reject it. */
const isForeignId = (id: string, { idForm }: ApiDefinition): boolean =>
  idForm?.test(id) === false && definitions.some((other) => other.idForm?.test(id) === true);

/** The hint for ids that were not found. */
export const missingHint = (ids: readonly string[]): string =>
  ids.some((id) => withoutMark(id).length < MIN_PREFIX_LENGTH)
    ? `At least ${MIN_PREFIX_LENGTH} characters of an id are needed; the newest recording: recx list -n 1`
    : 'Ids in tables may be shortened; list complete ids with: recx list -o csv --fields id';

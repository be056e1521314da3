import type { NamedRecording } from '../../core/download/id-list.ts';
import { Failure } from '../../core/failure.ts';
import type { ApiDefinition } from '../../core/provider.ts';
import type { Recording } from '../../core/recording.ts';
import { definitions } from '../../providers/index.ts';
import type { Log } from '../../system/terminal/log.ts';
import { isOpenElsewhere, isRefused, nameOfApi, refusalOf, refusalText } from '../access/api-access.ts';
import { tellLeftOut } from '../access/refusals.ts';
import { recordingIdentity, type Source } from '../shared/source.ts';

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

/** What a search for an id has shown: the recording, that no source has it, or why that is unknown. */
export type SearchResult = Recording | 'missing' | Failure;

/** The recording that a search has found; undefined if there is none. Throws the failure of the search. */
export const foundRecording = async (result: SearchResult): Promise<Recording | undefined> => {
  if (result instanceof Failure) throw result;
  return result === 'missing' ? undefined : result;
};

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
  for (const [source, refusal] of refusals) failure = worse(failure, await judgeRefusal(source, refusal, id, all, log));
  if (failure !== undefined) throw failure;
  return undefined;
};

/**
 * The recording that a row of a list of ids names, from the sources that the row allows. Throws `partial` if it belongs to a
 * source that is not selected.
 */
export const findNamed = async (
  row: NamedRecording,
  search: Search,
  sourceOf: (recording: Recording) => Source,
): Promise<Recording | undefined> => {
  const { id, provider, accountId } = row;
  const found = await findRecording(id, { ...search, sources: sourcesOf(row, search.sources) });
  if (found === undefined || matches(accountId, recordingIdentity(found, sourceOf(found)).accountId)) return found;
  throw notSelected(provider, `account ${accountId}`);
};

/** The sources that may have the recording of a row. Throws `partial` if none of them is selected. */
export const sourcesOf = (
  { provider, api, accountId, profile }: NamedRecording,
  sources: readonly Source[],
): readonly Source[] => {
  const candidates = sources.filter(
    ({ definition }) => matches(provider, definition.vendor.name) && matches(api, definition.api),
  );
  // The row of a subaccount names another account than the one that was queried, and a profile may have been renamed.
  const preferred = [
    candidates.filter(({ account }) => accountId !== undefined && accountId === account?.id),
    candidates.filter((source) => matches(profile, source.profile)),
    candidates,
  ].find((some) => some.length > 0);
  if (preferred === undefined) throw notSelected(provider, api);
  return preferred;
};

const matches = (named: string | undefined, actual: string | null | undefined): boolean =>
  named === undefined || named === actual;

const notSelected = (...names: readonly (string | undefined)[]): Failure =>
  new Failure('partial', `it belongs to ${names.filter(Boolean).join(' ')}, which is not selected`, {
    hint: 'Select its profile with --profile, and its API with --api',
  });

/**
 * What a refusal means for a recording that no other source has; undefined if the source is left out. The id is requested from
 * `all` sources of the profile if none has accepted the credentials so far.
 */
export const judgeRefusal = async (
  source: Source,
  refusal: Failure,
  id: string,
  all: readonly Source[],
  log: Log,
): Promise<Failure | undefined> => {
  const { reason, access } = source;
  const isOpen = isOpenElsewhere(source, all);
  if (reason === 'named' && !isOpen) return refusalOf(source, refusal);
  if (access.accepted.size === 0 && !isOpen) await tryOthers(source, id, all);
  if (access.accepted.size === 0 && !isOpen) return refusalOf(source, refusal);
  if (reason === 'default' || isOpen) {
    tellLeftOut([source], refusal, log);
    return undefined;
  }
  return new Failure('partial', `${nameOfApi(source)} could not be searched: ${refusalText(source, refusal)}`, {
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
export const worse = (one: Failure | undefined, other: Failure | undefined): Failure | undefined =>
  one === undefined || (one.kind !== 'credentials' && other?.kind === 'credentials') ? other : one;

/** `; signalwire video of profile "work" could not be queried`: the left-out sources, for a recording that was not found. */
export const unqueriedText = (sources: readonly Source[]): string => {
  const names = sources.filter((source) => isRefused(source) && !isOpenElsewhere(source, sources)).map(nameOfApi);
  return names.length === 0 ? '' : `; ${names.join(' and ')} could not be queried`;
};

/** Whether an id has the documented form of other APIs and not of this one, which would reject it. */
const isForeignId = (id: string, { idForm }: ApiDefinition): boolean =>
  idForm?.test(id) === false && definitions.some((other) => other.idForm?.test(id) === true);

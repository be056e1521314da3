import { type CallCompletion, openCallCompletion } from '../../core/calls/completion.ts';
import { filtersOn } from '../../core/calls/fields.ts';
import { Failure } from '../../core/failure.ts';
import { openPageCount } from '../../core/paging/page-limits.ts';
import type { CallList, Provider } from '../../core/provider.ts';
import { type FilterKey, filters, type Query } from '../../core/query.ts';
import { nameOfApi } from '../access/api-access.ts';
import { type Context, warnOnce } from './context.ts';
import type { Source } from './source.ts';

/** What completes the recordings of a source from its calls, and says what could not be completed. */
export interface SourceCalls extends CallCompletion {
  /** The failure thrown because the credentials may not read the calls, which a filter needs. */
  readonly refusal: Failure | undefined;
  /** Says, after the last recording, how many could not be completed. */
  end(): void;
}

/** What is told about the recordings of a source that are not complete. */
export interface CallsListener {
  onIncomplete(message: string): void;
  /** Called instead for recordings that may match a filter, whose calls the provider does not have. */
  onMissing?(message: string): void;
  /** Called for a list that the credentials may not read and no filter needs; true if that is reported, else it is a warning. */
  onUnread?(message: string): boolean;
}

const permission = ({ title }: CallList): string =>
  `Give the token or key the permission to read ${title} (recx help calls)`;

export const openCalls = (
  source: Source,
  query: Query,
  { onIncomplete, onMissing = onIncomplete, onUnread = () => false }: CallsListener,
  context: Context,
  isListed = true,
): SourceCalls => {
  const { definition } = source;
  const name = nameOfApi(source);
  const filterOn = (list: CallList): FilterKey | undefined => filtersOn(list, query, definition)[0];
  let refusal: Failure | undefined;
  const completion = openCallCompletion(
    { definition, provider: withKnownIds(source) },
    query,
    context.clock.now(),
    {
      countPages: () => openPageCount(context.settings.pageLimits),
      onIncomplete: (list, message) => onIncomplete(`${list.title}: ${message}`),
      onFailure: (list, failure) => onIncomplete(`${list.title}: ${failure.message}`),
      onRefused: (list, { message }) => {
        const filter = filterOn(list);
        if (filter === undefined) {
          if (onUnread(`${list.title}: ${message}`)) return;
          warnOnce(
            context,
            `${name}: cannot read ${list.title}, so their fields stay empty: ${message}`,
            permission(list),
          );
          return;
        }
        refusal = new Failure('credentials', `${filters[filter].flag} needs the ${list.title}: ${message}`, {
          hint: permission(list),
        });
        throw refusal;
      },
      debug: (text) =>
        context.log.debug('calls.way', `${name}: ${text}`, {
          provider: definition.vendor.name,
          api: definition.api,
          profile: source.profile,
        }),
    },
    isListed,
  );
  return {
    ...completion,
    get refusal() {
      return refusal;
    },
    end: () => {
      for (const { list, recordings } of completion.missing()) {
        if (recordings === 0) continue;
        const isOne = recordings === 1;
        const text = isOne
          ? `the ${list.title.replace(/s$/, '')} of 1 recording was not found`
          : `the ${list.title} of ${recordings} recordings were not found`;
        if (filterOn(list) !== undefined) onMissing(`${text}, so ${isOne ? 'it' : 'they'} may match`);
        else warnOnce(context, `${name}: ${text}, so ${isOne ? 'its' : 'their'} fields stay empty`);
      }
    },
  };
};

/** The provider, whose lists know what the profile remembers of their ids. */
const withKnownIds = ({ provider, definition, access }: Source): Provider => {
  const known = access.callIds?.[definition.api];
  const { calls } = provider;
  if (calls === undefined || (known !== 'same' && known !== 'other')) return provider;
  const sharesIds = known === 'same';
  return { ...provider, calls: calls.map((list) => (list.recordingsOf === undefined ? list : { ...list, sharesIds })) };
};

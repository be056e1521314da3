import type { Instant } from '../../core/recording.ts';
import { withThousands } from '../../core/text/thousands.ts';
import { localTime, type Zone } from '../../core/time/zone.ts';

/** How far a listing has come, for the progress line. */
export interface ListingStatus {
  /** What follows in the list of a provider was created before this time. The list is any key. */
  reached(list: object, provider: string, bound: Instant): void;
  ended(list: object): void;
  found(count: number): void;
  /** `searching plivo back to 2024-05, 12 found`; undefined while nothing is known. */
  text(): string | undefined;
}

export const openListingStatus = (zone: Zone): ListingStatus => {
  let found = 0;
  const searched = new Map<object, { readonly provider: string; readonly bound: Instant }>();
  return {
    reached: (list, provider, bound) => searched.set(list, { provider, bound }),
    ended: (list) => searched.delete(list),
    found: (count) => {
      found += count;
    },
    text: () => {
      const providers = [...new Set([...searched.values()].map(({ provider }) => provider))];
      // Every list has come at least this far.
      const [bound] = [...searched.values()]
        .map((list) => list.bound)
        .sort()
        .reverse();
      const month = bound === undefined ? '' : localTime(Date.parse(bound), zone).slice(0, 7);
      const parts = [
        ...(month === '' ? [] : [`searching ${providers.join(', ')} back to ${month}`]),
        ...(found === 0 ? [] : [`${withThousands(found)} found`]),
      ];
      return parts.length === 0 ? undefined : parts.join(', ');
    },
  };
};

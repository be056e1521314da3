import type { Log } from '../../system/terminal/log.ts';
import { hasSameList, type QueriedApi } from './api-access.ts';
import { namesOf } from './queried.ts';

/** Warns of each account that several profiles list: a recording is listed once, with the first of them. */
export const warnSharedAccounts = (apis: readonly QueriedApi[], warn: Log['warn']): void => {
  const warned = new Set<string>();
  for (const api of apis) {
    const name = `${api.definition.vendor.name} ${api.account?.id}`;
    if (warned.has(name)) continue;
    const isSame = (other: QueriedApi): boolean =>
      other.definition.vendor === api.definition.vendor && other.account?.id === api.account?.id;
    const shared = apis.filter((one) => isSame(one) && apis.some((other) => hasSameList(one, other)));
    const profiles = [...new Set(shared.map(({ profile }) => profile))];
    const [first, ...others] = profiles;
    if (first === undefined || others.length === 0) continue;
    warned.add(name);
    warn(
      `${namesOf(profiles, ' and ')} belong to the same account: its recordings are listed once`,
      `Shown with profile "${first}"; use -p to choose one of them`,
    );
  }
};

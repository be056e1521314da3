import { vendors } from '../../providers/index.ts';
import type { Runtime } from '../../system/runtime.ts';
import type { Source } from './source-types.ts';

/** The environment for another program: neither the providers' secrets by their names, nor those in use by their values. */
export const withoutSecrets = (env: Runtime['env'], sources: readonly Source[]): Runtime['env'] => {
  const names = new Set(
    vendors.flatMap(({ fields }) => fields.filter(({ secret }) => secret).map((one) => one.variable)),
  );
  const values = new Set(sources.flatMap(({ account }) => (account === undefined ? [] : [account.login[1]])));
  return Object.fromEntries(
    Object.entries(env).filter(([name, value]) => !names.has(name) && !values.has(value ?? '')),
  );
};

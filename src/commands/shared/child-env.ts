import { vendors } from '../../providers/index.ts';
import type { Runtime } from '../../system/runtime.ts';
import type { Source } from './source.ts';

/**
 * The environment of a child process: without the providers' secret variables, further `variables`, and those whose value
 * is a secret in use.
 */
export const withoutSecrets = (
  env: Runtime['env'],
  sources: readonly Source[],
  variables: readonly string[] = [],
): Runtime['env'] => {
  const names = new Set([
    ...vendors.flatMap(({ fields }) => fields.filter(({ secret }) => secret).map(({ variable }) => variable)),
    ...variables,
  ]);
  const values = new Set(sources.flatMap(({ account }) => (account === undefined ? [] : [account.basicAuth[1]])));
  return Object.fromEntries(
    Object.entries(env).filter(([name, value]) => !names.has(name) && !values.has(value ?? '')),
  );
};

import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type SandboxOptions, sandboxApis } from '../../src/sandbox/server.ts';
import { type Home, homeWith } from './home.ts';

/** The APIs that a test lets refuse the credentials, by their names. */
export interface SignalwireAccount extends Home {
  readonly refused: Set<string>;
  /** The APIs that the profile remembers. */
  remembered(): readonly string[] | undefined;
  remember(apis: readonly string[] | undefined): void;
}

/** A home whose profile `sw` opens all APIs of SignalWire, of which a test can let some refuse the credentials. */
export const signalwireAccount = async (options: Partial<SandboxOptions> = {}): Promise<SignalwireAccount> => {
  const refused = new Set<string>();
  const home = await homeWith({ refuses: (api) => refused.has(api.replace('signalwire/', '')), ...options });
  const path = join(home.folder, 'config.json');
  type Profiles = Record<string, Record<string, unknown>>;
  const read = (): { version: 1; profiles: Profiles } => JSON.parse(readFileSync(path, 'utf8'));
  const remember = (apis: readonly string[] | undefined): void => {
    const { profiles } = read();
    const { apis: _, ...sw } = profiles.sw ?? profiles.relay ?? {};
    const changed = { ...profiles, sw: apis === undefined ? sw : { ...sw, apis } };
    writeFileSync(path, JSON.stringify({ version: 1, profiles: changed }), { mode: 0o600 });
  };
  remember(undefined);
  return {
    ...home,
    refused,
    remember,
    remembered: () => read().profiles.sw?.apis as readonly string[] | undefined, // as written by recx
  };
};

export const signalwireApis: readonly string[] = sandboxApis
  .filter(({ provider }) => provider === 'signalwire')
  .map(({ api }) => api);

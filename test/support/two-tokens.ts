import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { SandboxOptions } from '../../src/sandbox/server.ts';
import { type Home, homeWith } from './home.ts';

export interface TwoTokens extends Home {
  /** The APIs that refuse a token, by the profile that has it. */
  readonly refused: { readonly swA: Set<string>; readonly swB: Set<string> };
  /** The APIs that a profile remembers. */
  remember(profile: 'swA' | 'swB', apis: readonly string[] | undefined): void;
}

const SECOND = 'PTsecondtoken000000000000000000000000000000000000';

/** A home with the profiles `swA` and `swB`: two tokens of one SignalWire project. They remember no APIs. */
export const twoTokens = async (options: Partial<SandboxOptions> = {}): Promise<TwoTokens> => {
  const refused = { swA: new Set<string>(), swB: new Set<string>() };
  const home = await homeWith({
    otherSecrets: [SECOND],
    refuses: (api, secret) => refused[secret === SECOND ? 'swB' : 'swA'].has(api.replace('signalwire/', '')),
    ...options,
  });
  const path = join(home.folder, 'config.json');
  type Profile = { readonly secret: Record<string, string>; readonly apis?: readonly string[] };
  const read = (): Record<string, Profile> => JSON.parse(readFileSync(path, 'utf8')).profiles;
  const write = (profiles: Readonly<Record<string, Profile>>): void =>
    writeFileSync(path, JSON.stringify({ version: 1, profiles }), { mode: 0o600 });
  const { relay, plivo, twilio } = read();
  if (relay === undefined || plivo === undefined || twilio === undefined) throw new Error('no profiles');
  const { apis: _, ...swA } = relay;
  write({ swA, swB: { ...swA, secret: { ...swA.secret, value: SECOND } }, plv: plivo, tw: twilio });
  return {
    ...home,
    refused,
    remember: (name, apis) => {
      const profiles = read();
      const { [name]: profile } = profiles;
      if (profile === undefined) throw new Error(`no profile ${name}`);
      const { apis: _before, ...rest } = profile;
      write({ ...profiles, [name]: apis === undefined ? rest : { ...rest, apis } });
    },
  };
};

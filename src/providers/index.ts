import type { Definition, Family } from '../core/provider.ts';
import { plivoVoice } from './plivo.ts';
import { signalwireRelay } from './signalwire-relay.ts';

/** Every API that recx knows; the first of a vendor is its default. */
export const definitions: readonly Definition[] = [signalwireRelay, plivoVoice];

export const families: readonly Family[] = [...new Set(definitions.map(({ family }) => family))];

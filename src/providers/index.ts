import type { Definition, Family } from '../core/provider.ts';
import { signalwireCompatibility, twilioVoice } from './compatibility.ts';
import { plivoVoice } from './plivo.ts';
import { signalwireRelay } from './signalwire-relay.ts';
import { signalwireVideo } from './signalwire-video.ts';

/** Every API that recx knows; the first of a vendor is its default. */
export const definitions: readonly Definition[] = [
  signalwireRelay,
  signalwireVideo,
  signalwireCompatibility,
  plivoVoice,
  twilioVoice,
];

export const families: readonly Family[] = [...new Set(definitions.map(({ family }) => family))];

import type { ApiDefinition, Vendor } from '../core/provider.ts';
import { plivoVoice } from './plivo.ts';
import { signalwireCompatibility } from './signalwire-compatibility.ts';
import { signalwireRelay } from './signalwire-relay.ts';
import { signalwireVideo } from './signalwire-video.ts';
import { twilioVoice } from './twilio.ts';

/** Every API that recx supports; the first of a vendor is its default. */
export const definitions: readonly ApiDefinition[] = [
  signalwireRelay,
  signalwireVideo,
  signalwireCompatibility,
  plivoVoice,
  twilioVoice,
];

export const vendors: readonly Vendor[] = [...new Set(definitions.map(({ vendor }) => vendor))];

import { oneOf } from '../core/decode.ts';
import type { ApiDefinition } from '../core/provider.ts';
import type { Status } from '../core/recording.ts';
import { uuidForm } from '../core/text/same-id.ts';
import { protectedMedia, vendor } from './signalwire.ts';
import { idParameters, openTwilioCompatible, sharedDefinition } from './twilio-compatible.ts';
import type { Dialect } from './twilio-compatible-lists.ts';

const dialect: Dialect = {
  vendor,
  api: 'compatibility',
  root: '/api/laml/2010-04-01',
  serverParameters: idParameters(uuidForm, uuidForm),
  keepsDeleted: false,
  listSuffix: '',
  account: 'project_id',
  status: oneOf<Status>({
    queued: 'in_progress',
    'in-progress': 'in_progress',
    resumed: 'in_progress',
    paused: 'paused',
    // It is not documented whether the file is ready.
    stopped: 'processing',
    completed: 'completed',
    absent: 'absent',
    failed: 'failed',
  }),
  conferenceStatuses: [],
  stereo: '',
  // No media link is documented.
  isMediaHost: () => false,
};

export const signalwireCompatibility: ApiDefinition = {
  ...sharedDefinition,
  vendor,
  api: dialect.api,
  title: 'SignalWire Compatibility (cXML) recordings',
  documentationUrl: 'https://signalwire.com/docs/apis/compatibility/recordings/list-recordings',
  serverParameters: dialect.serverParameters,
  idForm: uuidForm,
  protectedMedia,
  limitsText: 'dates to the day (recx narrows to the second); conferences by id only',
  scope: 'Voice',
  open: (credentials, client) => openTwilioCompatible(credentials, client, dialect),
};

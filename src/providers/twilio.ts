import { oneOf } from '../core/decode.ts';
import type { ApiDefinition, Vendor } from '../core/provider.ts';
import type { Status } from '../core/recording.ts';
import { sidForm } from '../core/text/same-id.ts';
import { DAY } from '../core/time/duration.ts';
import { idParameters, openTwilioCompatible, sharedDefinition } from './twilio-compatible.ts';
import type { Dialect } from './twilio-compatible-lists.ts';

const vendor: Vendor = {
  name: 'twilio',
  title: 'Twilio',
  fields: [
    {
      key: 'account_sid',
      label: 'Account SID',
      hint: 'AC and 32 digits, from the Twilio console',
      form: sidForm('AC'),
      variable: 'TWILIO_ACCOUNT_SID',
      secret: false,
    },
    {
      key: 'auth_token',
      label: 'Auth Token',
      hint: 'from the Twilio console, next to the Account SID',
      variable: 'TWILIO_AUTH_TOKEN',
      secret: true,
    },
    {
      key: 'api_key',
      label: 'API key SID',
      hint: 'SK and 32 digits, from the Twilio console, under API keys',
      form: sidForm('SK'),
      variable: 'TWILIO_API_KEY',
      secret: false,
    },
    {
      key: 'api_secret',
      label: 'API key secret',
      hint: 'shown once, when the key is created',
      variable: 'TWILIO_API_SECRET',
      secret: true,
    },
  ],
  authMethods: [
    ['account_sid', 'auth_token'],
    ['account_sid', 'api_key', 'api_secret'],
  ],
  origin: () => 'https://api.twilio.com',
  accountId: ({ account_sid: account = '' }) => account,
  basicAuth: ({ account_sid: account = '', auth_token: token, api_key: key = '', api_secret: secret = '' }) =>
    token === undefined ? [key, secret] : [account, token],
};

const dialect: Dialect = {
  vendor,
  api: 'voice',
  root: '/2010-04-01',
  serverParameters: idParameters(sidForm('CA'), sidForm('CF')),
  keepsDeleted: true,
  listSuffix: '.json',
  account: 'account_sid',
  status: oneOf<Status>({
    'in-progress': 'in_progress',
    paused: 'paused',
    processing: 'processing',
    stopped: 'processing',
    completed: 'completed',
    absent: 'absent',
    deleted: 'deleted',
  }),
  // 13 months.
  callsKeptFor: 397 * DAY,
  // Since 2026-09-30 a list without a status has conferences in progress only.
  conferenceStatuses: ['completed', 'in-progress'],
  stereo: '?RequestedChannels=2',
  isMediaHost: (host) => host.endsWith('.twilio.com'),
};

export const twilioVoice: ApiDefinition = {
  ...sharedDefinition,
  vendor,
  api: dialect.api,
  title: 'Twilio recordings',
  documentationUrl: 'https://www.twilio.com/docs/voice/api/recording',
  serverParameters: dialect.serverParameters,
  idForm: sidForm('RE'),
  loggedParameters: [...sharedDefinition.loggedParameters, 'IncludeSoftDeleted', 'Status'],
  protectedMedia: { hosts: [], authSchemes: ['basic'] },
  limitsText: 'dates to the day (recx narrows to the second); conferences by id only',
  open: (credentials, client) => openTwilioCompatible(credentials, client, dialect),
};

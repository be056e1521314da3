import type { Row } from '../core/decode.ts';
import type { SandboxEntry } from './api.ts';
import { makeSamples, type Sample } from './samples.ts';
import { toRow, twilioCompatibleSandbox } from './twilio-compatible.ts';

const ACCOUNT = 'AC5a4db0c5000000000000000000000001';

export const twilioSandbox = twilioCompatibleSandbox({
  provider: 'twilio',
  api: 'voice',
  root: '/2010-04-01',
  account: ACCOUNT,
  listSuffix: '.json',
  idForms: { call: /^CA[\da-f]{32}$/i, conference: /^CF[\da-f]{32}$/i },
  keepsDeleted: true,
  credentials: { account_sid: ACCOUNT, auth_token: 'sandbox-twilio-token' },
  basicAuth: [ACCOUNT, 'sandbox-twilio-token'],
  callMonths: 13,
  splitsConferences: true,
  recorded: (now) => makeSamples(now, 3141),
  entry: (sample, index, origin) => twilioEntry(sample, index, origin),
  id: (letters, uuid) => sid(letters, uuid),
  callRow: (row) => row,
  conferenceRow: (row) => row,
  link: (path) => path,
  answerKey: {
    now: Date.UTC(2026, 10, 20, 12, 34, 56),
    expected: (origin) => ({
      id: 'RE9e7728eadedf411dde50e3c53111ab35',
      provider: 'twilio',
      api: 'voice',
      profile: 'key',
      account_id: ACCOUNT,
      kind: 'call',
      status: 'completed',
      provider_status: 'completed',
      created_at: '2026-11-20T07:46:21.000Z',
      updated_at: '2026-11-20T07:46:25.000Z',
      started_at: '2026-11-20T07:46:13.000Z',
      ended_at: null,
      duration_seconds: 8,
      from: null,
      to: null,
      call_id: 'CAb36a1336a7f68b30a19af8fcc3047373',
      leg_type: null,
      conference_id: null,
      conference_name: null,
      room_session_id: null,
      channels: 1,
      track: null,
      formats: ['wav', 'mp3'],
      size_bytes: null,
      price: '0.0025',
      currency: 'USD',
      source: 'RecordVerb',
      error_code: null,
      encrypted: false,
      media_url: `${origin}/2010-04-01/Accounts/${ACCOUNT}/Recordings/RE9e7728eadedf411dde50e3c53111ab35.wav`,
    }),
    expectedWithCalls: {
      from: '+442079460018',
      to: '+13125550100',
      direction: 'inbound',
      call_status: 'completed',
      call_started_at: '2026-11-20T07:44:40.000Z',
      call_ended_at: '2026-11-20T07:46:22.000Z',
      call_duration_seconds: 102,
      parent_call_id: null,
      dialed_to: [],
      answered_by: null,
      caller_name: null,
      forwarded_from: null,
    },
  },
});

const twilioEntry = (sample: Sample, index: number, origin: string): SandboxEntry => {
  const row = toRow(sample, ACCOUNT);
  const id = sid('RE', sample.id);
  const renamed: Row = {
    ...row,
    sid: id,
    call_sid: sample.conference === undefined ? sid('CA', sample.callId) : null,
    conference_sid: sample.conference === undefined ? null : sid('CF', sample.conference.id),
  };
  const storage = `${origin.replace('127.0.0.1', 'localhost')}/media/twilio/voice/${id}.${sample.format}`;
  return { id, at: Math.floor(sample.at / 1000) * 1000, row: withOddities(renamed, index, storage), clip: sample };
};

const sid = (letters: string, uuid: string): string => letters + uuid.replaceAll('-', '');

/**
 * Replaces a few rows by odd ones seen in practice: still recording, encrypted, in the customer's storage, without newer
 * keys.
 */
const withOddities = (row: Row, index: number, storage: string): Row => {
  const { channels: _channels, source: _source, conference_sid: _conference, ...old } = row;
  if (index === 1) return { ...row, status: 'in-progress', duration: '-1', price: null };
  if (index === 12)
    return {
      ...row,
      encryption_details: { encryption_public_key_sid: 'CR1', encryption_cek: 'x', encryption_iv: 'y' },
    };
  // Another host than the API's, to which no credentials are sent.
  if (index === 27) return { ...row, media_url: storage };
  if (index === 38) return { ...old, api_version: '2008-08-01' };
  if (index === 55) return { ...row, status: 'absent', error_code: 16102, duration: '0' };
  return row;
};

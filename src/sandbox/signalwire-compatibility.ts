import type { Row } from '../core/decode.ts';
import type { SandboxEntry } from './api.ts';
import { makeSamples, type Sample } from './samples.ts';
import { uuidPattern } from './signalwire-list.ts';
import { PROJECT, relaySandbox } from './signalwire-relay.ts';
import { toRow, twilioCompatibleSandbox } from './twilio-compatible.ts';

export const compatibilitySandbox = twilioCompatibleSandbox({
  provider: 'signalwire',
  api: 'compatibility',
  root: '/api/laml/2010-04-01',
  account: PROJECT,
  listSuffix: '',
  idForms: { call: uuidPattern, conference: uuidPattern },
  keepsDeleted: false,
  credentials: relaySandbox.credentials,
  basicAuth: relaySandbox.basicAuth,
  splitsConferences: false,
  recorded: (now) => recorded(now),
  entry: (sample, index) => signalwireEntry(sample, index),
  id: (_letters, uuid) => uuid,
  callRow: (row) => callRow(row),
  conferenceRow: ({ call_sid_ending_conference: _call, reason_conference_ended: _reason, ...row }) => row,
  // Every second link has the old form, without the root of the API.
  link: (path, page) => (page % 2 === 1 ? path.replace('/api/laml', '') : path),
  answerKey: {
    now: Date.UTC(2026, 10, 20, 12, 34, 56),
    expected: (origin) => ({
      id: 'faca7ff2-32c4-eeb5-ee9c-b42f4fa7e587',
      provider: 'signalwire',
      api: 'compatibility',
      profile: 'key',
      account_id: PROJECT,
      kind: 'call',
      status: 'completed',
      provider_status: 'completed',
      created_at: '2026-11-20T11:45:56.000Z',
      updated_at: '2026-11-20T11:46:00.000Z',
      started_at: '2026-11-20T11:42:44.000Z',
      ended_at: '2026-11-20T11:45:56.000Z',
      duration_seconds: 192,
      from: null,
      to: null,
      call_id: '5d54db3c-b0fd-bd83-666a-7b7783214211',
      leg_type: null,
      conference_id: null,
      conference_name: null,
      room_session_id: null,
      channels: 1,
      track: null,
      formats: ['wav', 'mp3'],
      size_bytes: null,
      price: '0.0100',
      currency: 'USD',
      source: 'DialVerb',
      error_code: null,
      encrypted: false,
      media_url: `${origin}/api/laml/2010-04-01/Accounts/${PROJECT}/Recordings/faca7ff2-32c4-eeb5-ee9c-b42f4fa7e587.wav`,
    }),
    expectedWithCalls: {
      from: '+61291920012',
      to: 'sip:support@phone.example.com',
      direction: 'inbound',
      call_status: 'completed',
      call_started_at: '2026-11-20T11:42:19.000Z',
      call_ended_at: '2026-11-20T11:46:15.000Z',
      call_duration_seconds: 236,
      parent_call_id: null,
      dialed_to: ['+13125550121'],
      answered_by: null,
      caller_name: null,
      forwarded_from: null,
    },
  },
});

const signalwireEntry = (sample: Sample, index: number): SandboxEntry => {
  const row = toRow(sample, PROJECT);
  const { id, at, seconds, channels, format } = sample;
  const current: Row = { ...row, end_time: row.date_created, channel: String(channels), trim: 'do-not-trim' };
  const { channels: _channels, encryption_details: _details, ...old }: Row = current;
  // As in the only captured response: numeric price, missing keys.
  const shown =
    index === 9 ? { ...old, price: 0 } : index === 23 ? { ...current, status: 'absent', duration: 0 } : current;
  return { id, at: Math.floor(at / 1000) * 1000, row: shown, clip: { format, seconds, channels } };
};

/** Every third recording of the Relay list is in this one too; neither list contains the other. */
const recorded = (now: number): readonly Sample[] => {
  const relay = makeSamples(now, 815).filter((_sample, index) => index % 3 === 0);
  const own = makeSamples(now, 2718);
  return [...relay, ...own].sort((one, other) => other.at - one.at);
};

/** Numbers where Twilio has text, two names for formatted numbers, and no names of callers. */
const callRow = ({ queue_time: _queued, trunk_sid: _trunk, ...row }: Row): Row => ({
  ...row,
  answered_by: row.answered_by === 'machine_end_beep' ? 'machine' : row.answered_by,
  audio_in_mos: 4.5,
  caller_name: null,
  direction: String(row.direction).replace(/-.*$/, ''),
  duration: Number(row.duration),
  formatted_from: row.from_formatted,
  formatted_to: row.to_formatted,
  forwarded_from: null,
  price: row.price === null ? null : Math.abs(Number(row.price)),
  sip_result_code: '200',
});

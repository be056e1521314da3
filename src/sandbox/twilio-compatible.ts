import { isRow, type Row } from '../core/decode.ts';
import type { SandboxApi, SandboxEntry } from './api.ts';
import { clipBytes } from './media.ts';
import type { Sample } from './samples.ts';
import { relatedListAt, relatedLists, relatedReply } from './twilio-compatible-calls.ts';
import {
  type AccountListRules,
  accountListReply,
  type CompatibleVendor,
  mailDate,
  noSuchResource,
} from './twilio-compatible-list.ts';

/** A vendor's recordings as its server returns them: tokens for pages, days for dates, audio without `.json`. */
export const twilioCompatibleSandbox = (vendor: CompatibleVendor): SandboxApi => {
  const { provider, api, root, account, credentials, basicAuth, answerKey } = vendor;
  const base = `${root}/Accounts/${account}/Recordings`;
  return {
    provider,
    api,
    credentials,
    basicAuth,
    answerKey,
    prefixes: [`${root}/`],
    listPath: base,
    idKey: 'sid',
    rowsKey: 'recordings',
    idOnlyMeaning: { kind: 'call', status: 'unknown', formats: ['wav', 'mp3'] },
    samples: (now, origin) => vendor.recorded(now).map((sample, index) => vendor.entry(sample, index, origin)),
    related: (now) => relatedLists(now, vendor),
    relatedListAt: (path) => relatedListAt(path, vendor),
    unauthorized: { status: 401, body: { code: 20003, message: 'Authenticate', more_info: '', status: 401 } },
    withNextLink: (body, next) => (isRow(body) ? { ...body, next_page_uri: next } : body),
    respond: (url, state) => {
      const related = relatedReply(url, state, vendor);
      if (related !== undefined) return related;
      if (url.pathname === base || url.pathname === `${base}.json`)
        return accountListReply(url, state.entries, recordingRules(vendor), vendor);
      const [, name = ''] = new RegExp(`^${base}/([^/]+)$`).exec(url.pathname) ?? [];
      const [, id = '', extension = ''] = /^(.*?)(\.json|\.wav|\.mp3)?$/.exec(decodeURIComponent(name)) ?? [];
      const entry = state.entries.find((candidate) => candidate.id === id);
      if (entry === undefined) return noSuchResource;
      if (extension === '.json') return { status: 200, body: entry.row };
      const format = extension === '.mp3' ? 'mp3' : 'wav';
      const body = clipBytes({ seconds: 3, channels: 1, ...entry.clip, format });
      return { status: 200, body, type: format === 'mp3' ? 'audio/mpeg' : 'audio/x-wav' };
    },
  };
};

const recordingRules = ({ idForms, keepsDeleted }: CompatibleVendor): AccountListRules => {
  const equals = (key: string, form: RegExp) => ({
    form,
    matches: ({ row, hidden }: SandboxEntry, value: string) => (hidden?.[key] ?? row[key]) === value,
  });
  return {
    resource: 'Recordings',
    rowsKey: 'recordings',
    times: { DateCreated: ({ at }) => at },
    filters: {
      CallSid: equals('call_sid', idForms.call),
      ConferenceSid: equals('conference_sid', idForms.conference),
      ...(keepsDeleted ? { IncludeSoftDeleted: { matches: () => true } } : {}),
    },
    isListed: ({ row }, parameters) =>
      !keepsDeleted || parameters.get('IncludeSoftDeleted') === 'true' || row.status !== 'deleted',
  };
};

/** The fields of a recording that both vendors return. */
export const toRow = (sample: Sample, account: string): Row => {
  const { id, at, seconds, channels, conference, percentile } = sample;
  const second = Math.floor(at / 1000) * 1000;
  return {
    account_sid: account,
    api_version: '2010-04-01',
    call_sid: conference === undefined ? sample.callId : null,
    conference_sid: conference?.id ?? null,
    date_created: mailDate(second, percentile < 30),
    date_updated: mailDate(second + 4000, percentile < 30),
    start_time: mailDate(second - seconds * 1000, percentile < 30),
    price: (-0.0025 * Math.ceil(seconds / 60)).toFixed(4),
    price_unit: 'USD',
    sid: id,
    source: conference === undefined ? (percentile < 50 ? 'DialVerb' : 'RecordVerb') : 'Conference',
    status: 'completed',
    error_code: null,
    duration: percentile % 2 === 0 ? seconds : String(seconds),
    channels: percentile % 3 === 0 ? channels : String(channels),
    encryption_details: null,
  };
};

import { filters } from '../../../core/query.ts';
import { definitions } from '../../../providers/index.ts';
import type { Topic } from './topic.ts';

/** What is read at each API, and what the credentials need for it. */
const readAt: Readonly<Record<string, readonly [what: string, permission: string]>> = {
  'signalwire relay': ['voice logs; names of conferences', 'token with the scope Voice'],
  'signalwire video': ['room sessions: name, status, start and end', 'token with the scope Video'],
  'signalwire compatibility': ['calls; names of conferences', 'token with the scope Voice'],
  'plivo voice': ['calls of the last 90 days; recordings have the numbers themselves', 'nothing more'],
  'twilio voice': [
    'calls of the last 13 months; names of conferences',
    'a Restricted key: list and read of calls and conferences',
  ],
};

/** What each API has calls for. */
export const callFacts = definitions.map(({ vendor, api, callFilters }) => {
  const name = `${vendor.name} ${api}`;
  const [what = '', permission = ''] = readAt[name] ?? [];
  return { name, flags: callFilters.map((key) => filters[key].flag), what, permission };
});

export const calls: Topic = {
  title: 'Calls',
  blocks: [
    'Recordings of Twilio, SignalWire Compatibility and SignalWire Relay have no numbers; their calls have. --with-calls ' +
      'reads the calls and adds to each recording:',
    [
      ['from, to', 'the caller, and the number that was called'],
      ['direction', 'inbound or outbound, as the provider sees it; in and out in tables'],
      ['dialed_to', 'the numbers that the call dialled then, such as those of an agent or of a group, each once'],
      ['call_status', 'the word of the provider; with call_started_at, call_ended_at and call_duration_seconds'],
      ['answered_by', 'a person or a machine; with caller_name, forwarded_from and parent_call_id, where reported'],
      ['conference_name', 'the name of the conference or the room'],
    ],
    'Each recording stays one row, whatever the number of its legs. A value that the provider does not report stays empty.',
    'Calls are also read without --with-calls where a flag names what only they give: --fields, --sort and --by, and ' +
      'names of files; and for these filters, of which --to finds the called number and those dialled then. A name in --conference reads conferences or room sessions:',
    callFacts.map(({ name, flags }) => [name, flags.join(' ') || 'none'] as const),
    'What is read at each API:',
    callFacts.map(({ name, what }) => [name, what] as const),
    'What the credentials need, beside the recordings:',
    callFacts.map(({ name, permission }) => [name, permission] as const),
    'Calls are listed for the time of the recordings, and a day more on each side, since a call starts before its ' +
      'recording. A page has up to 1,000 calls (Plivo: 20). Where that takes fewer requests, calls are requested one by ' +
      'one, as for "recx get". A complete number of --from or --to is looked up where the API can: then only the ' +
      'recordings of its calls are read. Relay has no such request. 100,000 recordings of calls that were all recorded take ' +
      '100 more requests at Twilio, and 5,000 at Plivo. --since makes it less; --verbose shows each request.',
    'A call that was deleted, or is older than what the provider keeps, leaves its fields empty; a warning has the number ' +
      'of recordings. With a filter on calls such recordings may match: the exit code is 3. If a request for calls fails for ' +
      'good, the exit code is 3 as well. If the credentials may not read calls, the fields stay empty with a warning; with a ' +
      'filter on calls the exit code is 4.',
  ],
  examples: [
    'recx list --profile demo --since 7d --with-calls',
    "recx list --profile demo --since 7d --from '+1202*' --direction inbound",
    'recx stats --profile demo --since 7d --by caller,direction --top 10',
    'recx list --profile demo --fields id,from,to,dialed_to -o csv',
  ],
};

// Serves a Twilio account: node account.mjs <recordings> <milliseconds per response>. Prints its own port. Each recording has a call
// and a leg that this dialled; every 5,000th call is of one caller. GET /requests returns the number of requests since the last time.
import { createServer } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';

export const ACCOUNT = 'AC00000000000000000000000000000001';
export const CALLER = '+14155550100';
/** One in this many calls is of `CALLER`. */
export const SELDOM = 5000;
const ROOT = `/2010-04-01/Accounts/${ACCOUNT}`;
/** Milliseconds from one recording to the next. */
const STEP = 10_000;
const newest = Math.floor(Date.now() / STEP) * STEP - 86_400_000;

const sid = (letters, index) => `${letters}${index.toString(16).padStart(32, '0')}`;
const at = (epoch) => new Date(epoch).toUTCString().replace('GMT', '+0000');
const madeAt = (index) => newest - index * STEP;

const recordingRow = (index) =>
  `{"account_sid":"${ACCOUNT}","api_version":"2010-04-01","call_sid":"${sid('CA', index)}","conference_sid":null,` +
  `"date_created":"${at(madeAt(index))}","date_updated":"${at(madeAt(index) + 2000)}","start_time":"${at(madeAt(index) - 7000)}",` +
  `"duration":"${1 + (index % 900)}","sid":"${sid('RE', index)}","price":"-0.0025","price_unit":"USD","status":"completed",` +
  `"channels":1,"source":"DialVerb","error_code":null,"encryption_details":null,"media_url":null,` +
  `"uri":"${ROOT}/Recordings/${sid('RE', index)}.json","subresource_uris":{"transcriptions":"${ROOT}/Recordings/${sid('RE', index)}/Transcriptions.json"}}`;

const numberOf = (index) => (index % SELDOM === 0 ? CALLER : `+1212555${String(index % 9000).padStart(4, '0')}`);

/** The calls, newest first: at each even place a leg, then the call that dialled it. */
const callRow = (place) => {
  const index = place >> 1;
  const isLeg = place % 2 === 0;
  const own = isLeg ? `CAf${index.toString(16).padStart(31, '0')}` : sid('CA', index);
  const from = numberOf(index);
  const to = isLeg ? '+13125550199' : '+13125550100';
  const start = madeAt(index) - (isLeg ? 6000 : 8000);
  return (
    `{"sid":"${own}","date_created":"${at(start)}","date_updated":"${at(start + 9000)}","parent_call_sid":${isLeg ? `"${sid('CA', index)}"` : null},` +
    `"account_sid":"${ACCOUNT}","to":"${to}","to_formatted":"${to}","from":"${from}","from_formatted":"${from}",` +
    `"phone_number_sid":"${sid('PN', 1)}","status":"completed","start_time":"${at(start)}","end_time":"${at(start + 8000)}",` +
    `"duration":"8","price":"-0.0085","price_unit":"USD","direction":"${isLeg ? 'outbound-dial' : 'inbound'}","answered_by":null,` +
    `"api_version":"2010-04-01","annotation":null,"forwarded_from":null,"group_sid":null,"caller_name":null,"queue_time":"0","trunk_sid":null,` +
    `"uri":"${ROOT}/Calls/${own}.json","subresource_uris":{"recordings":"${ROOT}/Calls/${own}/Recordings.json","notifications":"${ROOT}/Calls/${own}/Notifications.json"}}`
  );
};

/** The places, among all of a list, of what a request wants. */
const placesOf = (name, parameters, count) => {
  const indexOf = (id) => Number.parseInt(id.slice(2), 16);
  const wanted = parameters.get('CallSid') ?? parameters.get('ParentCallSid');
  if (wanted !== null) {
    const index = indexOf(wanted);
    return index < count ? [name === 'calls' ? index * 2 : index] : [];
  }
  if (!parameters.has('From')) return undefined;
  const seldom = Array.from({ length: Math.ceil(count / SELDOM) }, (_, each) => each * SELDOM);
  return parameters.get('From') === CALLER ? seldom.flatMap((index) => [index * 2, index * 2 + 1]) : [];
};

/** The index of the newest recording of the days before the upper bound of a request. */
const firstBefore = (parameters, count) => {
  const bound = parameters.get('DateCreated<') ?? parameters.get('StartTime<');
  if (bound === null) return 0;
  return Math.min(count, Math.max(0, Math.ceil((newest - Date.parse(bound)) / STEP)));
};

const serve = (count, latency) => {
  let requests = 0;
  const server = createServer(async (request, response) => {
    const url = new URL(request.url, 'http://127.0.0.1');
    if (url.pathname === '/requests') {
      response.end(String(requests));
      requests = 0;
      return;
    }
    requests++;
    if (latency > 0) await sleep(latency);
    const [, list] = /\/(Recordings|Calls|Conferences)\.json$/.exec(url.pathname) ?? [];
    response.setHeader('content-type', 'application/json');
    if (list === undefined) {
      response.statusCode = 404;
      response.end('{"code":20404,"message":"not found","status":404}');
      return;
    }
    const name = list.toLowerCase();
    const row = name === 'calls' ? callRow : recordingRow;
    const places = placesOf(name, url.searchParams, count);
    const first = places === undefined ? firstBefore(url.searchParams, count) * (name === 'calls' ? 2 : 1) : 0;
    const total = name === 'conferences' ? 0 : (places?.length ?? (name === 'calls' ? count * 2 : count));
    const size = Number(url.searchParams.get('PageSize') ?? 50);
    const page = Number(url.searchParams.get('Page') ?? 0);
    const rows = [];
    const start = first + page * size;
    for (let place = start; place < Math.min(total, start + size); place++) rows.push(row(places?.[place] ?? place));
    const [, last] = /"sid":"(\w+)"/.exec(rows.at(-1) ?? '') ?? [];
    url.searchParams.set('Page', String(page + 1));
    url.searchParams.set('PageToken', `PA${last}`);
    const next = start + size < total ? `"${url.pathname}${url.search}"` : 'null';
    response.end(`{"next_page_uri":${next},"page":${page},"page_size":${size},"${name}":[${rows.join(',')}]}`);
  });
  server.listen(0, '127.0.0.1', () => process.stdout.write(`${server.address().port}\n`));
};

if (process.argv[1] === import.meta.filename) serve(Number(process.argv[2]), Number(process.argv[3] ?? 0));

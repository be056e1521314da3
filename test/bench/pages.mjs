// Serves Relay recordings, a page for each day: node pages.mjs <rows>. Prints its own port. Pages are copies of one text
// in which two words change, so that serving them costs little.
import { createServer } from 'node:http';
import { wavHead } from './served.mjs';

export const PAGE = 1000;
/** The size of every file in bytes. */
export const SIZE = 20_000;
const DAY = 86_400_000;
const PATH = '/api/relay/rest/recordings';
const NUMBER = '#####';
const DATE = '@@@@@@@@@@';
const midnight = Math.floor(Date.now() / DAY) * DAY;

const idAt = (index) => `rec-${NUMBER}${String(index).padStart(3, '0')}-0123-4567-89ab-cdef01234567`;

/** The row at an index of a page, newest first, without its page's number and date. */
const templateAt = (index, origin) => {
  const time = (PAGE - 1 - index) * (DAY / PAGE);
  const at = (milliseconds) => `${DATE}${new Date(milliseconds).toISOString().slice(10)}`;
  return JSON.stringify({
    id: idAt(index),
    project_id: 'p',
    status: 'completed',
    created_at: at(time),
    updated_at: at(time + 2000),
    duration_in_seconds: 1 + (index % 900),
    error_code: null,
    price: 0.0025,
    price_unit: 'USD',
    stereo: index % 3 === 0,
    url: `${origin}/media/${idAt(index)}.wav`,
    byte_size: SIZE,
    track: 'both',
    relay_pstn_leg_id: `leg-${NUMBER}${index}`,
  });
};

const filled = (text, page) =>
  text
    .replaceAll(NUMBER, String(page).padStart(NUMBER.length, '0'))
    .replaceAll(DATE, new Date(midnight - (page + 1) * DAY).toISOString().slice(0, 10));

/** The id of a row and its creation time. */
export const idOf = (row) => filled(idAt(row % PAGE), Math.floor(row / PAGE));

/** Returns a function for the text of pages: rows with a separator between them. */
export const pagesOf = (rows, separator, origin) => {
  const templates = Array.from({ length: PAGE }, (_, index) => templateAt(index, origin));
  const fullPage = templates.join(separator);
  return (page) => {
    const count = Math.max(0, Math.min(PAGE, rows - page * PAGE));
    return filled(count === PAGE ? fullPage : templates.slice(0, count).join(separator), page);
  };
};

const serve = (rows) => {
  const file = Buffer.concat([wavHead(SIZE), Buffer.alloc(SIZE - 44, 1)]);
  let textOf;
  const server = createServer((request, response) => {
    if (request.url.startsWith('/media/')) {
      response.setHeader('content-type', 'audio/wav').end(file);
      return;
    }
    const page = Number(/page_number=(\d+)/.exec(request.url)?.[1] ?? 0);
    const next = `${PATH}?page_size=${PAGE}&page_number=${page + 1}&page_token=PA${idOf(page * PAGE + PAGE - 1)}`;
    const links = (page + 1) * PAGE < rows ? { next } : {};
    response.setHeader('content-type', 'application/json');
    response.end(`{"links":${JSON.stringify(links)},"data":[${textOf(page)}]}`);
  });
  server.listen(0, '127.0.0.1', () => {
    const { port } = server.address();
    textOf = pagesOf(rows, ',', `http://127.0.0.1:${port}`);
    process.stdout.write(`${port}\n`);
  });
};

/** The curl arguments that request every page, one after another. */
export const curlAll = (rows, port) => {
  const address = `http://127.0.0.1:${port}${PATH}?page_number=[0-${Math.ceil(rows / PAGE) - 1}]`;
  return ['curl', '-q', '--no-progress-meter', '--fail', address];
};

/** The environment variables that make recx use this server. */
export const login = (port) => ({
  SIGNALWIRE_SPACE: `http://127.0.0.1:${port}`,
  SIGNALWIRE_PROJECT_ID: 'p',
  SIGNALWIRE_API_TOKEN: 'bench-token',
});

if (process.argv[1] === import.meta.filename) serve(Number(process.argv[2]));

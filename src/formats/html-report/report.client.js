// The rows come from the blocks of data in the page. They are shown a piece at a time, and a player is made when one is
// opened, so that a hundred thousand rows stay light. Data becomes text, never markup.

const STEP = 200;
const MOST_AT_ONCE = 20_000;
const byId = (id) => document.getElementById(id);
const about = JSON.parse(byId('about').textContent);
const at = Object.fromEntries(about.keys.map((key, index) => [key, index]));
const rows = [];
for (const block of document.querySelectorAll('script.rows')) {
  for (const row of JSON.parse(block.textContent)) rows.push(row);
  block.remove();
}

/** Characters that would hide or reorder what is read, as visible escapes. */
const inert = (text) =>
  String(text).replace(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu, (character) =>
    Array.from(character.split(''), (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`).join(''),
  );

const element = (name, properties = {}, children = []) => {
  const made = Object.assign(document.createElement(name), properties);
  made.append(...children);
  return made;
};

const clock = (seconds) => {
  const whole = Math.round(seconds);
  const two = (number) => String(number).padStart(2, '0');
  const [hours, minutes] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60];
  return hours > 0 ? `${hours}:${two(minutes)}:${two(whole % 60)}` : `${minutes}:${two(whole % 60)}`;
};

const size = (bytes) => {
  const step = Math.min(4, Math.max(0, Math.floor(Math.log10(Math.max(bytes, 1)) / 3)));
  const amount = bytes / 1000 ** step;
  return `${step === 0 ? amount : amount.toFixed(amount < 10 ? 1 : 0)} ${['B', 'kB', 'MB', 'GB', 'TB'][step]}`;
};

const times = new Intl.DateTimeFormat('sv-SE', { timeZone: about.zone, dateStyle: 'short', timeStyle: 'medium' });
const time = (value) => (Number.isNaN(Date.parse(value)) ? value : times.format(Date.parse(value)));

const words = { ok: about.ok, missing: 'Missing', damaged: 'Damaged' };
const places = { damaged: 0, missing: 1, ok: 2 };
const from = (row) => `${row[at.provider]} ${row[at.api]}`;

/** What can be sorted by: only what differs, and the less of it the less room there is. */
const differs = (value) => rows.some((row) => value(row) !== value(rows[0]));
const says = (key) => rows.some((row) => row[at[key]] !== null);
const named = says('from');
const columns = [
  { key: 'state', title: 'State', show: (row) => words[row[at.state]], order: (row) => places[row[at.state]] },
  { key: 'createdAt', title: `Created (${about.zone})`, show: (row) => time(row[at.createdAt]) },
  says('durationSeconds') && {
    key: 'durationSeconds',
    title: 'Length',
    show: (row) => clock(row[at.durationSeconds]),
    room: 'tiny',
  },
  says('kind') && { key: 'kind', title: 'Kind', room: 'medium' },
  named && { key: 'from', title: 'From' },
  says('to') && { key: 'to', title: 'To', room: 'medium' },
  differs((row) => row[at.profile]) && { key: 'profile', title: 'Profile', room: 'wide' },
  differs(from) && { key: 'provider', title: 'Provider', room: 'wide', order: from, show: from },
  { key: 'bytes', title: 'Size', show: (row) => size(row[at.bytes]), room: 'small' },
  { key: 'id', title: 'ID', room: named ? 'small' : '' },
].filter(Boolean);
const isNumber = ({ key }) => key === 'durationSeconds' || key === 'bytes';
const classOf = (column) => [column.key, column.room ?? '', isNumber(column) ? 'number' : ''].join(' ').trim();

const orderOf = ({ key, order }, row) => (order ? order(row) : row[at[key]]);
const textOf = ({ key, show }, row) => (row[at[key]] === null ? '' : inert(show ? show(row) : row[at[key]]));

const sorting = { column: columns.find(({ key }) => key === 'createdAt') ?? columns[0], descending: true };
const found = { rows, shown: 0 };

const compare = (one, other) => {
  const [a, b] = [orderOf(sorting.column, one), orderOf(sorting.column, other)];
  if (a === b) return 0;
  if (a === null || b === null) return a === null ? 1 : -1;
  return (a < b ? -1 : 1) * (sorting.descending ? -1 : 1);
};

const texts = new Map();
/** Everything that a row can be found by. */
const textsOf = (row) => {
  const known = texts.get(row);
  if (known !== undefined) return known;
  const made = [...row.filter((value) => typeof value === 'string'), time(row[at.createdAt] ?? '')]
    .join('\n')
    .toLowerCase();
  texts.set(row, made);
  return made;
};

const keeps = (row, terms, state) =>
  (state === '' || (state === 'problem' ? row[at.state] !== 'ok' : row[at.state] === state)) &&
  terms.every((term) => textsOf(row).includes(term));

const [head, body] = [byId('table').tHead, byId('table').tBodies[0]];

const player = (row, playing) => {
  const address = about.base + row[at.path].split('/').map(encodeURIComponent).join('/');
  const link = element('a', { href: address, textContent: 'Open the file' });
  if (row[at.media] === 'save') return [link, ' (ciphertext: it takes the private key of the account to play it)'];
  const media = element(row[at.media], { controls: true, preload: 'none', src: address });
  media.setAttribute('aria-label', `Recording ${inert(row[at.id])}`);
  const trouble = element('p', { className: 'trouble', role: 'alert' });
  media.addEventListener('error', () => {
    trouble.textContent = 'The browser cannot play this file, or it is no longer there.';
  });
  media.addEventListener('play', () => {
    for (const other of document.querySelectorAll('audio, video')) if (other !== media) other.pause();
  });
  if (playing) media.play().catch(() => {});
  return [media, link, trouble];
};

const facts = [
  ...['id', 'path', 'sha256', 'bytes', 'contentType', 'provider', 'api', 'profile', 'kind', 'status', 'from', 'to'],
  ...['createdAt', 'startedAt', 'downloadedAt'],
];
const factTitles = { id: 'ID', path: 'File', sha256: 'SHA-256', bytes: 'Bytes', contentType: 'Type', api: 'API' };
const titleOf = (key) =>
  factTitles[key] ?? key.replace(/^./, (letter) => letter.toUpperCase()).replace(/At$/, ' (UTC)');

const detailsOf = (row, playing) => {
  const list = element('dl');
  if (row[at.note] !== null)
    list.append(element('dt', { textContent: 'Note' }), element('dd', { textContent: inert(row[at.note]) }));
  for (const key of facts) {
    if (row[at[key]] === null || row[at[key]] === '') continue;
    list.append(element('dt', { textContent: titleOf(key) }), element('dd', { textContent: inert(row[at[key]]) }));
  }
  const play = row[at.media] === null ? [] : [element('div', { className: 'player' }, player(row, playing))];
  return element('tr', { className: 'details' }, [element('td', { colSpan: columns.length + 1 }, [...play, list])]);
};

const close = (line, buttons) => {
  for (const media of line.nextSibling.querySelectorAll('audio, video')) {
    media.pause();
    media.removeAttribute('src');
    media.load();
  }
  line.nextSibling.remove();
  for (const button of buttons) button.setAttribute('aria-expanded', 'false');
};

/** Words that are not broken, as a date would be at its hyphens. */
const inWhole = (parts) => parts.flatMap((part) => [element('span', { className: 'whole', textContent: part }), ' ']);

const lineOf = (row) => {
  const name = inert(row[at.id]);
  const play = element('button', { type: 'button', className: 'play', textContent: 'Play' });
  const more = element('button', { type: 'button', className: 'open', textContent: 'Details' });
  play.setAttribute('aria-label', `Play ${name}`);
  more.setAttribute('aria-label', `Details of ${name}`);
  more.setAttribute('aria-expanded', 'false');
  const cells = columns.map((column) => {
    const text = textOf(column, row);
    const cell = element('td', {
      className: classOf(column),
    });
    if (column.key === 'state')
      cell.append(element('span', { className: `state ${row[at.state]}`, textContent: text }));
    else if (column.key === 'createdAt') cell.append(...inWhole(text.split(' ')));
    else cell.textContent = text;
    return cell;
  });
  const playable = row[at.media] === 'audio' || row[at.media] === 'video';
  const line = element('tr', {}, [...cells, element('td', { className: 'act' }, playable ? [play, more] : [more])]);
  const open = (playing) => {
    line.after(detailsOf(row, playing));
    more.setAttribute('aria-expanded', 'true');
  };
  const isOpen = () => more.getAttribute('aria-expanded') === 'true';
  more.addEventListener('click', () => (isOpen() ? close(line, [more]) : open(false)));
  play.addEventListener('click', () => {
    if (isOpen())
      line.nextSibling
        .querySelector('audio, video')
        .play()
        .catch(() => {});
    else open(true);
  });
  return line;
};

const showMore = (count) => {
  body.append(...found.rows.slice(found.shown, found.shown + count).map(lineOf));
  found.shown = Math.min(found.rows.length, found.shown + count);
  const [all, shown, every] = [found.rows.length, found.shown, rows.length].map((number) =>
    number.toLocaleString('en'),
  );
  const of = found.rows.length === rows.length ? '' : ` (of ${every})`;
  byId('shown').textContent =
    `${found.shown < found.rows.length ? `${shown} of ` : ''}${all} ${found.rows.length === 1 ? 'recording' : 'recordings'}${of}`;
  const rest = found.rows.length - found.shown;
  byId('more').hidden = rest === 0;
  byId('all').hidden = rest === 0 || found.rows.length > MOST_AT_ONCE;
};

const refresh = () => {
  const terms = byId('search').value.toLowerCase().split(/\s+/).filter(Boolean);
  found.rows = rows.filter((row) => keeps(row, terms, byId('state').value)).sort(compare);
  found.shown = 0;
  body.replaceChildren();
  showMore(STEP);
};

const headOf = (column) => {
  const button = element('button', { type: 'button', textContent: column.title });
  const cell = element('th', { scope: 'col', className: classOf(column) }, [button]);
  button.addEventListener('click', () => {
    sorting.descending =
      sorting.column === column ? !sorting.descending : column.key === 'createdAt' || isNumber(column);
    sorting.column = column;
    mark();
    refresh();
  });
  return cell;
};
const heads = columns.map(headOf);
const mark = () => {
  for (const [index, cell] of heads.entries()) {
    if (columns[index] === sorting.column)
      cell.setAttribute('aria-sort', sorting.descending ? 'descending' : 'ascending');
    else cell.removeAttribute('aria-sort');
  }
};

if (rows.length > 0) {
  const counts = { missing: 0, damaged: 0, ok: 0 };
  for (const row of rows) counts[row[at.state]]++;
  byId('state').append(element('option', { value: '', textContent: 'all' }));
  if (counts.ok < rows.length)
    byId('state').append(element('option', { value: 'problem', textContent: 'missing and damaged' }));
  for (const state of ['missing', 'damaged', 'ok'])
    if (counts[state] > 0)
      byId('state').append(
        element('option', { value: state, textContent: `${words[state].toLowerCase()} (${counts[state]})` }),
      );
  head.append(
    element('tr', {}, [
      ...heads,
      element('th', { scope: 'col', className: 'act' }, [
        element('span', { className: 'hidden', textContent: 'Play and details' }),
      ]),
    ]),
  );
  const all = element('button', { type: 'button', id: 'all', textContent: 'Show all' });
  byId('more').after(' ', all);
  byId('more').addEventListener('click', () => showMore(STEP));
  all.addEventListener('click', () => showMore(found.rows.length));
  byId('state').addEventListener('change', refresh);
  let pause;
  byId('search').addEventListener('input', () => {
    clearTimeout(pause);
    pause = setTimeout(refresh, 150);
  });
  mark();
  refresh();
  byId('recordings').hidden = false;
}

const summary = byId('summary');
window.addEventListener('beforeprint', () => summary?.setAttribute('open', ''));

// Reads the rows from the blocks of data in the page. Rows are displayed in steps and players are created on demand, so
// that a hundred thousand rows stay fast. Data is inserted as text, never as markup.

const ROWS_PER_STEP = 200;
const MAX_ROWS_AT_ONCE = 20_000;
const byId = (id) => document.getElementById(id);
const about = JSON.parse(byId('about').textContent);
const indexOfKey = Object.fromEntries(about.keys.map((key, index) => [key, index]));
const rows = [];
for (const block of document.querySelectorAll('script.rows')) {
  for (const row of JSON.parse(block.textContent)) rows.push(row);
  block.remove();
}

/** Replaces characters that would hide or reorder text with visible escapes. */
const sanitize = (text) =>
  String(text).replace(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu, (character) =>
    Array.from(character.split(''), (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`).join(''),
  );

const element = (name, properties = {}, children = []) => {
  const made = Object.assign(document.createElement(name), properties);
  made.append(...children);
  return made;
};

const formatClock = (seconds) => {
  const total = Math.round(seconds);
  const two = (number) => String(number).padStart(2, '0');
  const [hours, minutes] = [Math.floor(total / 3600), Math.floor(total / 60) % 60];
  return hours > 0 ? `${hours}:${two(minutes)}:${two(total % 60)}` : `${minutes}:${two(total % 60)}`;
};

const formatBytes = (bytes) => {
  const step = Math.min(4, Math.max(0, Math.floor(Math.log10(Math.max(bytes, 1)) / 3)));
  const amount = bytes / 1000 ** step;
  return `${step === 0 ? amount : amount.toFixed(amount < 10 ? 1 : 0)} ${['B', 'kB', 'MB', 'GB', 'TB'][step]}`;
};

const withThousands = (count) => count.toLocaleString('en');

const times = new Intl.DateTimeFormat('sv-SE', { timeZone: about.zone, dateStyle: 'short', timeStyle: 'medium' });
const time = (value) => (Number.isNaN(Date.parse(value)) ? value : times.format(Date.parse(value)));

const stateLabels = { ok: about.ok, missing: 'Missing', damaged: 'Damaged' };
const stateOrder = { damaged: 0, missing: 1, ok: 2 };
const providerOf = (row) => `${row[indexOfKey.provider]} ${row[indexOfKey.api]}`;

/**
 * The columns: only those with differing values; `hiddenBelow` is the screen width below which one is hidden. On a narrow
 * screen a row is a card, which has all of them, and the ID if there is no caller.
 */
const differs = (value) => rows.some((row) => value(row) !== value(rows[0]));
const hasValues = (key) => rows.some((row) => row[indexOfKey[key]] !== null);
const hasCallers = hasValues('from');
const columns = [
  {
    key: 'state',
    title: 'State',
    show: (row) => stateLabels[row[indexOfKey.state]],
    order: (row) => stateOrder[row[indexOfKey.state]],
  },
  { key: 'createdAt', title: `Created (${about.zone})`, show: (row) => time(row[indexOfKey.createdAt]) },
  hasValues('durationSeconds') && {
    key: 'durationSeconds',
    title: 'Duration',
    show: (row) => formatClock(row[indexOfKey.durationSeconds]),
  },
  hasValues('kind') && { key: 'kind', title: 'Kind' },
  hasCallers && { key: 'from', title: 'From' },
  hasValues('to') && { key: 'to', title: 'To' },
  differs((row) => row[indexOfKey.profile]) && { key: 'profile', title: 'Profile', hiddenBelow: 'wide' },
  differs(providerOf) && {
    key: 'provider',
    title: 'Provider',
    hiddenBelow: 'wide',
    order: providerOf,
    show: providerOf,
  },
  { key: 'bytes', title: 'Size', show: (row) => formatBytes(row[indexOfKey.bytes]), hiddenBelow: 'small' },
  { key: 'id', title: 'ID', hiddenBelow: hasCallers ? 'medium' : '' },
].filter(Boolean);
const isNumber = ({ key }) => key === 'durationSeconds' || key === 'bytes';
const classOf = (column) => [column.key, column.hiddenBelow ?? '', isNumber(column) ? 'number' : ''].join(' ').trim();

const orderOf = ({ key, order }, row) => (order ? order(row) : row[indexOfKey[key]]);
const textOf = ({ key, show }, row) =>
  row[indexOfKey[key]] === null ? '' : sanitize(show ? show(row) : row[indexOfKey[key]]);

const sorting = { column: columns.find(({ key }) => key === 'createdAt') ?? columns[0], descending: true };
const view = { rows, shown: 0 };

const compare = (one, other) => {
  const [a, b] = [orderOf(sorting.column, one), orderOf(sorting.column, other)];
  if (a === b) return 0;
  if (a === null || b === null) return a === null ? 1 : -1;
  return (a < b ? -1 : 1) * (sorting.descending ? -1 : 1);
};

const texts = new Map();
/** The searchable text of a row. */
const textsOf = (row) => {
  const cached = texts.get(row);
  if (cached !== undefined) return cached;
  const made = [...row.filter((value) => typeof value === 'string'), time(row[indexOfKey.createdAt] ?? '')]
    .join('\n')
    .toLowerCase();
  texts.set(row, made);
  return made;
};

const matches = (row, terms, state) =>
  (state === '' || (state === 'problem' ? row[indexOfKey.state] !== 'ok' : row[indexOfKey.state] === state)) &&
  terms.every((term) => textsOf(row).includes(term));

const [head, body] = [byId('table').tHead, byId('table').tBodies[0]];

const player = (row, playing) => {
  const address = about.base + row[indexOfKey.path].split('/').map(encodeURIComponent).join('/');
  const link = element('a', { href: address, textContent: 'Open file' });
  if (row[indexOfKey.media] === 'save')
    return [link, " (encrypted: decrypt it with your account's private key to play it)"];
  const media = element(row[indexOfKey.media], { controls: true, preload: 'none', src: address });
  media.setAttribute('aria-label', `Recording ${sanitize(row[indexOfKey.id])}`);
  const warning = element('p', { className: 'warning', role: 'alert' });
  media.addEventListener('error', () => {
    warning.textContent = 'The browser cannot play this file, or the file no longer exists.';
  });
  media.addEventListener('play', () => {
    for (const other of document.querySelectorAll('audio, video')) if (other !== media) other.pause();
  });
  if (playing) media.play().catch(() => {});
  return [media, link, warning];
};

const detailKeys = [
  ...['id', 'path', 'sha256', 'bytes', 'contentType', 'provider', 'api', 'profile', 'kind', 'status', 'from', 'to'],
  ...['createdAt', 'startedAt', 'downloadedAt'],
];
const detailTitles = { id: 'ID', path: 'File', sha256: 'SHA-256', bytes: 'Bytes', contentType: 'Type', api: 'API' };
const titleOf = (key) =>
  detailTitles[key] ?? key.replace(/^./, (letter) => letter.toUpperCase()).replace(/At$/, ' (UTC)');

const detailsOf = (row, playing) => {
  const list = element('dl');
  if (row[indexOfKey.note] !== null)
    list.append(element('dt', { textContent: 'Note' }), element('dd', { textContent: sanitize(row[indexOfKey.note]) }));
  for (const key of detailKeys) {
    if (row[indexOfKey[key]] === null || row[indexOfKey[key]] === '') continue;
    list.append(
      element('dt', { textContent: titleOf(key) }),
      element('dd', { textContent: sanitize(row[indexOfKey[key]]) }),
    );
  }
  const play = row[indexOfKey.media] === null ? [] : [element('div', { className: 'player' }, player(row, playing))];
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

/** Words that do not break across lines; a date would break at its hyphens. */
const unbroken = (parts) => parts.flatMap((part) => [element('span', { className: 'nowrap', textContent: part }), ' ']);

const lineOf = (row) => {
  const name = sanitize(row[indexOfKey.id]);
  const play = element('button', { type: 'button', className: 'play', textContent: 'Play' });
  const more = element('button', { type: 'button', className: 'open', textContent: 'Details' });
  play.setAttribute('aria-label', `Play ${name}`);
  more.setAttribute('aria-label', `Details of ${name}`);
  more.setAttribute('aria-expanded', 'false');
  const cells = columns.map((column) => {
    const text = textOf(column, row);
    const cell = element('td', { className: classOf(column) });
    cell.setAttribute('role', 'cell');
    cell.dataset.title = column.title.replace(/ \(.*/, '');
    if (column.key === 'state')
      cell.append(element('span', { className: `state ${row[indexOfKey.state]}`, textContent: text }));
    else if (column.key === 'createdAt') cell.append(...unbroken(text.split(' ')));
    else Object.assign(cell, { textContent: text, title: text });
    return cell;
  });
  const playable = row[indexOfKey.media] === 'audio' || row[indexOfKey.media] === 'video';
  const act = element('td', { className: 'act' }, playable ? [play, more] : [more]);
  const className = row[indexOfKey.from] === null ? 'nameless' : '';
  const line = element('tr', { className }, [...cells, act]);
  act.setAttribute('role', 'cell');
  line.setAttribute('role', 'row');
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
  body.append(...view.rows.slice(view.shown, view.shown + count).map(lineOf));
  view.shown = Math.min(view.rows.length, view.shown + count);
  const [all, shown, every] = [view.rows.length, view.shown, rows.length].map(withThousands);
  const of = view.rows.length === rows.length ? '' : ` (of ${every})`;
  byId('shown').textContent =
    `${view.shown < view.rows.length ? `${shown} of ` : ''}${all} ${view.rows.length === 1 ? 'recording' : 'recordings'}${of}`;
  const rest = view.rows.length - view.shown;
  byId('more').hidden = rest === 0;
  byId('all').hidden = rest === 0 || view.rows.length > MAX_ROWS_AT_ONCE;
};

const refresh = () => {
  const terms = byId('search').value.toLowerCase().split(/\s+/).filter(Boolean);
  view.rows = rows.filter((row) => matches(row, terms, byId('state').value)).sort(compare);
  view.shown = 0;
  body.replaceChildren();
  showMore(ROWS_PER_STEP);
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
  for (const row of rows) counts[row[indexOfKey.state]]++;
  byId('state').append(element('option', { value: '', textContent: 'all' }));
  if (counts.ok < rows.length)
    byId('state').append(element('option', { value: 'problem', textContent: 'missing and damaged' }));
  for (const state of ['missing', 'damaged', 'ok'])
    if (counts[state] > 0)
      byId('state').append(
        element('option', { value: state, textContent: `${stateLabels[state].toLowerCase()} (${counts[state]})` }),
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
  byId('more').addEventListener('click', () => showMore(ROWS_PER_STEP));
  all.addEventListener('click', () => showMore(view.rows.length));
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

/** Sizes of a character, in the units of the picture. */
const CELL = 8.4;
const LINE = 19;
const FONT = 14;
/** The frame around the text. */
const SIDE = 18;
const BAR = 34;

/** A dark window that is readable on a light page and on a dark one. */
const theme = {
  page: '#1f2430',
  edge: '#4a5266',
  bar: '#2a3040',
  dot: '#596178',
  title: '#9aa3b8',
  text: '#d7dce8',
  prompt: '#7fd1b9',
  colours: ['#59617a', '#f2777a', '#8fd18a', '#ebc06d', '#7aa6f0', '#cf9bf0', '#6cc7d9', '#d7dce8'],
};

/** Lines of pieces (see screen.mjs) as a self-contained picture. */
export const picture = (lines, { columns, title }) => {
  const width = Math.round(columns * CELL + 2 * SIDE);
  const height = BAR + SIDE + lines.length * LINE + SIDE - 4;
  const body = lines.flatMap((line, row) => line.flatMap((piece) => drawn(piece, BAR + SIDE + row * LINE - 4)));
  return `${[
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img">`,
    `<title>${escaped(title)}</title>`,
    `<g font-family="ui-monospace, SFMono-Regular, Menlo, Consolas, 'DejaVu Sans Mono', monospace" font-size="${FONT}" fill="${theme.text}">`,
    `<rect x=".5" y=".5" width="${width - 1}" height="${height - 1}" rx="9" fill="${theme.page}" stroke="${theme.edge}"/>`,
    `<path d="M1 ${BAR}V9.5A8.5 8.5 0 0 1 9.5 1H${width - 9.5}A8.5 8.5 0 0 1 ${width - 1} 9.5V${BAR}z" fill="${theme.bar}"/>`,
    ...[20, 38, 56].map((x) => `<circle cx="${x}" cy="${BAR / 2}" r="5" fill="${theme.dot}"/>`),
    `<text x="${width / 2}" y="${BAR / 2 + 4}" font-size="12" text-anchor="middle" fill="${theme.title}">${escaped(title)}</text>`,
    ...body,
    '</g>',
    '</svg>',
  ].join('\n')}\n`;
};

/** A piece at the vertical position `top`. Block characters are drawn as rectangles, since fonts leave gaps between them. */
const drawn = ({ text, style, at, cells }, top) => {
  const colour = style.prompt ? theme.prompt : style.colour === undefined ? theme.text : theme.colours[style.colour];
  const back = style.inverse ? [rectangle(at * CELL, top, cells * CELL, LINE, colour)] : [];
  const fill = style.inverse ? theme.page : colour;
  return [...back, ...words(text, at).flatMap((word) => ofWord(word, style, fill, top))];
};

const ofWord = ({ text, at, cells }, style, fill, top) => {
  const eighths = [...text].map((character) => BLOCKS.indexOf(character) + 1);
  if (eighths.every((eighth) => eighth > 0)) {
    const length = eighths.reduce((sum, eighth) => sum + eighth, 0) / 8;
    return [rectangle(at * CELL, top + 3, length * CELL, LINE - 6, theme.colours[4])];
  }
  const how = [
    `x="${round(SIDE + at * CELL)}" y="${top + FONT}" textLength="${round(cells * CELL)}"`,
    ...(fill === theme.text ? [] : [`fill="${fill}"`]),
    ...(style.bold ? ['font-weight="bold"'] : []),
    ...(style.dim ? ['opacity=".6"'] : []),
  ];
  return [`<text ${how.join(' ')}>${escaped(text)}</text>`];
};

const BLOCKS = '▏▎▍▌▋▊▉█';

/** Each word with its position, so that columns are aligned in any font. */
const words = (text, at) =>
  [...text.matchAll(/\S+(?: \S+)*/g)].map((match) => ({
    text: match[0],
    at: at + cellsOf(text.slice(0, match.index)),
    cells: cellsOf(match[0]),
  }));

const cellsOf = (text) => [...text].reduce((sum, character) => sum + (isWide(character) ? 2 : 1), 0);

/** Whether a character is two columns wide: the East Asian scripts in the samples. */
export const isWide = (character) =>
  /[\u1100-\u115f\u2e80-\u9fff\uac00-\ud7a3\uf900-\ufaff\uff00-\uff60]/.test(character);

const rectangle = (x, y, width, height, fill) =>
  `<rect x="${round(SIDE + x)}" y="${y}" width="${round(width)}" height="${height}" fill="${fill}"/>`;

const round = (number) => Math.round(number * 10) / 10;

const escaped = (text) =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');

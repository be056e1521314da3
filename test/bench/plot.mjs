// Line charts over sizes with logarithmic axes, as an SVG that is readable on dark and light pages.
const WIDTH = 440;
const HEIGHT = 340;
const LEFT = 60;
const TOP = 40;
const LEGEND = 20;
const colours = ['#3b82f6', '#f59e0b', '#10b981', '#ef4444', '#a855f7', '#8a8f98', '#06b6d4'];

const plain = (text) => String(text).replace(/[&<>]/g, (sign) => `&#${sign.charCodeAt(0)};`);
const short = (number) => (number >= 1e6 ? `${number / 1e6}M` : number >= 1e3 ? `${number / 1e3}k` : String(number));
const decades = (low, high) =>
  Array.from({ length: Math.round(Math.log10(high / low)) + 1 }, (_, index) =>
    Number((low * 10 ** index).toPrecision(1)),
  );

/** A panel with axes in decades, shifted to the right by this number of points. */
const panelOf = ({ title, lines, linear = false }, sizes, shift) => {
  const values = lines.flatMap((line) => line.values).filter(Number.isFinite);
  const low = 10 ** Math.floor(Math.log10(Math.min(...values)));
  const high = 10 ** Math.ceil(Math.log10(Math.max(...values)));
  const part = (value, from, to) => Math.log(value / from) / Math.log(to / from);
  const x = (size) => shift + LEFT + part(size, sizes[0], sizes.at(-1)) * WIDTH;
  const y = (value) => TOP + HEIGHT - part(value, low, high) * HEIGHT;
  const text = (at, words, anchor) => `<text x="${at[0]}" y="${at[1]}" text-anchor="${anchor}">${plain(words)}</text>`;
  const points = (own) => own.map((value, index) => `${x(sizes[index]).toFixed(1)},${y(value).toFixed(1)}`).join(' ');
  const parts = [text([x(sizes[0]), TOP - 14], title, 'start')];
  for (const value of decades(low, high)) {
    parts.push(`<path class="grid" d="M${x(sizes[0])} ${y(value)}H${x(sizes.at(-1))}"/>`);
    parts.push(text([x(sizes[0]) - 8, y(value) + 4], short(value), 'end'));
  }
  for (const size of sizes) {
    parts.push(`<path class="grid" d="M${x(size)} ${TOP}V${TOP + HEIGHT}"/>`);
    parts.push(text([x(size), TOP + HEIGHT + 20], short(size), 'middle'));
  }
  if (linear) {
    // A line of linear growth through the highest point, back to where it leaves the panel.
    const end = Math.max(...lines.map((line) => line.values.at(-1)));
    const start = Math.max(sizes[0], (low / end) * sizes.at(-1));
    const from = `${x(start)} ${y((end * start) / sizes.at(-1))}`;
    parts.push(`<path class="linear" d="M${from}L${x(sizes.at(-1))} ${y(end)}"/>`);
  }
  for (const [index, line] of lines.entries()) {
    parts.push(`<polyline stroke="${colours[index % colours.length]}" points="${points(line.values)}"/>`);
  }
  return parts.join('\n');
};

/** Panels side by side, with lines of the same names, and a legend below. */
export const plot = (sizes, panels, caption) => {
  const width = panels.length * (WIDTH + LEFT + 30);
  const bottom = TOP + HEIGHT + 50;
  const names = [...panels[0].lines.map(({ name }) => name), 'linear growth'];
  const legend = names.map((name, index) => {
    const [left, top] = [LEFT + (index % 3) * 300, bottom + Math.floor(index / 3) * LEGEND];
    const kind = index === names.length - 1 ? 'class="linear"' : `stroke="${colours[index % colours.length]}"`;
    return `<path ${kind} d="M${left} ${top}h24"/><text x="${left + 32}" y="${top + 4}">${plain(name)}</text>`;
  });
  const height = bottom + Math.ceil(names.length / 3) * LEGEND + 24;
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" font-family="sans-serif" font-size="13">
<title>Time and memory by number of recordings, ${plain(caption)}</title>
<style>
text { fill: #1f2328 }
.grid { stroke: #8a8f98; stroke-opacity: 0.35 }
.linear { stroke: #1f2328; stroke-width: 1.5; stroke-dasharray: 5 4 }
polyline { fill: none; stroke-width: 2 }
path { fill: none; stroke-width: 2 }
.grid { stroke-width: 1 }
@media (prefers-color-scheme: dark) { text { fill: #e6edf3 } .linear { stroke: #e6edf3 } }
</style>
${panels.map((panel, index) => panelOf(panel, sizes, index * (WIDTH + LEFT + 30))).join('\n')}
${legend.join('\n')}
<text x="${LEFT}" y="${height - 12}">by number of recordings, ${plain(caption)}</text>
</svg>
`;
};

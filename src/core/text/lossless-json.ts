/** Parses JSON without losing digits: numbers that a float would round or not hold become text. Throws a SyntaxError. */
export const parseJson = (text: string): unknown => JSON.parse(suspect.test(text) ? quoteHugeIntegers(text) : text);

/** A number that may be too large, as far as can be seen at a glance; digits within an id are none. */
const suspect = /(?:^|[:[,])\s*-?\d(?:\d{15}|[\d.]*[eE]\+?\d{3})/;

const quoteHugeIntegers = (text: string): string => {
  const parts: string[] = [];
  let place = 0;
  while (place < text.length) {
    const quote = text.indexOf('"', place);
    const end = quote === -1 ? text.length : quote;
    parts.push(text.slice(place, end).replace(numbers, quoteHuge));
    place = quote === -1 ? end : endOfString(text, quote);
    parts.push(text.slice(end, place));
  }
  return parts.join('');
};

const numbers = /-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g;

const quoteHuge = (number: string): string =>
  !Number.isFinite(Number(number)) || (/^-?\d{16,}$/.test(number) && !Number.isSafeInteger(Number(number)))
    ? `"${number}"`
    : number;

/** The place after the string that begins at a quote. */
const endOfString = (text: string, start: number): number => {
  for (let quote = text.indexOf('"', start + 1); quote !== -1; quote = text.indexOf('"', quote + 1)) {
    let before = quote - 1;
    while (text[before] === '\\') before--;
    if ((quote - before) % 2 === 1) return quote + 1;
  }
  return text.length;
};

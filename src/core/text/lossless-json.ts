/** Parses JSON without losing digits: numbers that a float would round or cannot hold become text. Throws a SyntaxError. */
export const parseJson = (text: string): unknown =>
  JSON.parse(mayHoldHugeNumber.test(text) ? quoteHugeNumbers(text) : text);

/** Quick check for a number that may be too large; digits within text such as an id do not count. */
const mayHoldHugeNumber = /(?:^|[:[,])\s*-?\d(?:\d{15}|[\d.]*[eE]\+?\d{3})/;

const quoteHugeNumbers = (text: string): string => {
  const parts: string[] = [];
  let place = 0;
  while (place < text.length) {
    const quote = text.indexOf('"', place);
    const end = quote === -1 ? text.length : quote;
    parts.push(text.slice(place, end).replace(numberLiterals, quoteIfHuge));
    place = quote === -1 ? end : endOfString(text, quote);
    parts.push(text.slice(end, place));
  }
  return parts.join('');
};

const numberLiterals = /-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g;

const quoteIfHuge = (number: string): string =>
  !Number.isFinite(Number(number)) || (/^-?\d{16,}$/.test(number) && !Number.isSafeInteger(Number(number)))
    ? `"${number}"`
    : number;

/** The position after the string that starts at a quote. */
const endOfString = (text: string, start: number): number => {
  for (let quote = text.indexOf('"', start + 1); quote !== -1; quote = text.indexOf('"', quote + 1)) {
    let before = quote - 1;
    while (text[before] === '\\') before--;
    if ((quote - before) % 2 === 1) return quote + 1;
  }
  return text.length;
};

export const SECOND = 1000;
export const MINUTE = 60 * SECOND;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;

/** A typed duration: months and days are steps in a calendar, the rest is a fixed length. Days may have a fraction. */
export interface Span {
  readonly months: number;
  readonly days: number;
  readonly milliseconds: number;
}

interface Unit {
  /** Case-sensitive, since `M` is a month to some and a minute to others. */
  readonly symbol: string;
  /** In any case, also with an `s`. */
  readonly words: readonly string[];
  readonly span: Partial<Span>;
}

const units: readonly Unit[] = [
  { symbol: 'ms', words: ['millisecond'], span: { milliseconds: 1 } },
  { symbol: 's', words: ['sec', 'second'], span: { milliseconds: SECOND } },
  { symbol: 'm', words: ['min', 'minute'], span: { milliseconds: MINUTE } },
  { symbol: 'h', words: ['hr', 'hour'], span: { milliseconds: HOUR } },
  { symbol: 'd', words: ['day'], span: { days: 1 } },
  { symbol: 'w', words: ['wk', 'week'], span: { days: 7 } },
  { symbol: 'mo', words: ['month'], span: { months: 1 } },
  { symbol: 'y', words: ['yr', 'year'], span: { months: 12 } },
];

/** The words for units, for suggestions. */
export const unitWords: readonly string[] = units.flatMap(({ words }) => words.flatMap((word) => [word, `${word}s`]));

/** A typed duration such as `30s`, `1d12h`, `2 days`, `an hour` or `3mo`; undefined for other text. */
export const readSpan = (text: string): Span | undefined => {
  if (text.length > 40) return undefined;
  let [months, days, milliseconds] = [0, 0, 0];
  let rest = text.trim();
  if (rest === '') return undefined;
  while (rest !== '') {
    const [part, amount = '', name = ''] = /^(\d{1,9}(?:\.\d{1,3})?|an?(?=\s))\s*([a-z]+)\s*/i.exec(rest) ?? [];
    if (part === undefined) return undefined;
    const hasDigits = /^\d/.test(amount);
    const unit = unitOf(name, hasDigits);
    if (unit === undefined) return undefined;
    const count = hasDigits ? Number(amount) : 1;
    months += count * (unit.span.months ?? 0);
    days += count * (unit.span.days ?? 0);
    milliseconds += count * (unit.span.milliseconds ?? 0);
    rest = rest.slice(part.length);
  }
  return Number.isInteger(months) ? { months, days, milliseconds } : undefined;
};

const unitOf = (name: string, maySymbol: boolean): Unit | undefined => {
  const word = name.toLowerCase().replace(/s$/, '');
  return units.find(({ symbol, words }) => (maySymbol && symbol === name) || words.includes(word));
};

/** Milliseconds of a duration such as `30s`, `5 min`, `1h30m` or `7d`, where days have 24 hours; undefined for other text. */
export const parseDuration = (text: string): number | undefined => {
  const span = readSpan(text);
  return span === undefined || span.months !== 0 ? undefined : span.days * DAY + span.milliseconds;
};

/** Milliseconds of a duration, of a number of seconds, or of a clock such as `1:30` or `1:02:03`; undefined for other text. */
export const parseLength = (text: string): number | undefined => {
  const typed = text.trim();
  if (/^\d{1,9}(?:\.\d{1,3})?$/.test(typed)) return Number(typed) * SECOND;
  const clock = /^(?:(\d{1,6}):(?=\d\d:))?(\d{1,6}):([0-5]\d(?:\.\d{1,3})?)$/.exec(typed);
  if (clock === null) return parseDuration(typed);
  const [, hours, minutes = '', seconds = ''] = clock;
  if (hours !== undefined && Number(minutes) > 59) return undefined;
  return Number(hours ?? 0) * HOUR + Number(minutes) * MINUTE + Math.round(Number(seconds) * SECOND);
};

/** A duration as it is typed: `10m`, `1h30m`, `0s`. */
export const formatSpan = (durationSeconds: number): string => {
  const minutes = Math.floor(durationSeconds / 60);
  const parts = [
    [Math.floor(minutes / 60), 'h'],
    [minutes % 60, 'm'],
    [Number((durationSeconds % 60).toFixed(3)), 's'],
  ] as const;
  return parts.flatMap(([count, unit]) => (count === 0 ? [] : `${count}${unit}`)).join('') || '0s';
};

/** A duration as `4:05` or `1:02:03`, rounded to seconds. */
export const formatClock = (durationSeconds: number): string => {
  const total = Math.round(durationSeconds);
  const [hours, minutes] = [Math.floor(total / 3600), Math.floor(total / 60) % 60];
  const seconds = String(total % 60).padStart(2, '0');
  return hours > 0 ? `${hours}:${String(minutes).padStart(2, '0')}:${seconds}` : `${minutes}:${seconds}`;
};

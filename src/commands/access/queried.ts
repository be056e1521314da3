import { valuesOf } from '../../core/invalid-value.ts';
import { filterKeys, filters, type Query } from '../../core/query.ts';
import { formatSpan } from '../../core/time/duration.ts';
import { localTime, type Zone } from '../../core/time/zone.ts';
import type { Runtime } from '../../system/runtime.ts';
import type { Log } from '../../system/terminal/log.ts';
import { isRefused, type QueriedApi } from './api-access.ts';

/** Profiles named in a message. */
const MAX_NAMED = 5;

/** `Queried signalwire relay, video of profile "work"; plivo voice of profiles "a", "b"`. */
export const queriedText = (apis: readonly QueriedApi[]): string => {
  const apisOf = new Map<string, Map<string, readonly string[]>>();
  for (const { profile, definition } of apis) {
    const own = apisOf.get(profile) ?? new Map<string, readonly string[]>();
    const { name } = definition.vendor;
    apisOf.set(profile, own.set(name, [...(own.get(name) ?? []), definition.api]));
  }
  const profilesOf = new Map<string, readonly string[]>();
  for (const [profile, own] of apisOf) {
    const text = [...own].map(([vendor, names]) => `${vendor} ${names.join(', ')}`).join(', ');
    profilesOf.set(text, [...(profilesOf.get(text) ?? []), profile]);
  }
  const parts = [...profilesOf].map(([text, profiles]) => `${text} of ${namesOf(profiles)}`);
  return parts.length === 0 ? 'No API was queried' : `Queried ${parts.join('; ')}`;
};

/** `profile "work"`, `profiles "a", "b"`, or how many; `last` stands before the last of several. */
export const namesOf = (profiles: readonly string[], last = ', '): string => {
  if (profiles.length > MAX_NAMED) return `${profiles.length} profiles`;
  const quoted = profiles.map((name) => `"${name}"`);
  if (quoted.length < 2) return `profile ${quoted.join('')}`;
  return `profiles ${quoted.slice(0, -1).join(', ')}${last}${quoted.at(-1)}`;
};

/** The APIs that have not refused the credentials. */
export const withoutRefused = <Api extends QueriedApi>(apis: readonly Api[]): readonly Api[] =>
  apis.filter((api) => !isRefused(api));

/** Whether a listing has rows. */
export const openRowNote = () => {
  let isEmpty = true;
  return {
    note: (_source: unknown, rows: readonly unknown[]): void => {
      isEmpty &&= rows.length === 0;
    },
    get isEmpty() {
      return isEmpty;
    },
  };
};

/** What was queried, and with which filters. */
export const searchedText = (queried: readonly QueriedApi[], query: Query, zone: Zone): string =>
  queriedText(withoutRefused(queried)) + filtersText(query, zone);

/** ` with --from 0142, --min-duration 10m`: the filters of a query; empty without any. */
const filtersText = (query: Query, zone: Zone): string => {
  const texts = filterKeys
    .filter((key) => query[key] !== undefined)
    .map((key) => {
      const values = [query[key]]
        .flat()
        .map((value) =>
          typeof value === 'number'
            ? formatSpan(value)
            : key === 'since' || key === 'until'
              ? toTheMinute(String(value), zone)
              : value,
        );
      return `${filters[key].flag} ${values.join(',')}`;
    });
  return texts.length === 0 ? '' : ` with ${texts.join(', ')}`;
};

const toTheMinute = (instant: string, zone: Zone): string =>
  localTime(Date.parse(instant), zone).slice(0, 'YYYY-MM-DD HH:MM'.length);

/** The bounds of a query in the user's zone: `from 2026-11-20 00:00 to now, at least 10s long`; empty without any. */
const periodText = ({ since, until, minDuration, maxDuration }: Query, zone: Zone): string => {
  const local = (instant: string): string => toTheMinute(instant, zone);
  const end = until === undefined ? 'now' : lastOf(until, zone);
  return [
    ...(since === undefined ? (until === undefined ? [] : [`before ${end}`]) : [`from ${local(since)} to ${end}`]),
    ...(minDuration === undefined ? [] : [`at least ${formatSpan(minDuration)} long`]),
    ...(maxDuration === undefined ? [] : [`at most ${formatSpan(maxDuration)} long`]),
  ].join(', ');
};

/** The end of a time that excludes its bound: midnight is the end of the day before. */
const lastOf = (until: string, zone: Zone): string => {
  const text = toTheMinute(until, zone);
  return text.endsWith('00:00')
    ? `the end of ${localTime(Date.parse(until) - 1, zone).slice(0, 'YYYY-MM-DD'.length)}`
    : text;
};

/** The period of `--since` that is over, if `--until` does not end it: `last week` alone goes on until now. */
const openPeriod = ({ since, until }: Query, argv: readonly string[], today: string): string | undefined => {
  const [typed = ''] = valuesOf('--since', argv);
  const isCalendar = /^\d{4}(?:-\d\d)?$/.test(typed) && !today.startsWith(typed);
  const isOver = isCalendar || /^last (?:week|month|year|quarter)$/i.test(typed);
  return since !== undefined && until === undefined && isOver ? typed : undefined;
};

/**
 * Says on a terminal which bounds were meant: `last week` alone goes on until now, a day of `--until` is included, and a length
 * without a unit is in seconds.
 */
export const tellPeriod = (
  query: Query,
  {
    runtime,
    log,
    settings,
    argv,
  }: {
    readonly runtime: Runtime;
    readonly log: Pick<Log, 'info'>;
    readonly settings: { readonly zone: Zone };
    readonly argv: readonly string[];
  },
): void => {
  const text = periodText(query, settings.zone);
  if (text === '' || !runtime.err.isTTY) return;
  const period = openPeriod(query, argv, localTime(runtime.now(), settings.zone));
  log.info(
    text,
    period === undefined
      ? undefined
      : `For that time alone add --until ${period.includes(' ') ? `'${period}'` : period}`,
  );
};

/** Says that nothing was found, and where. Without a table this is for people only: the output itself is empty. */
export const tellNothingFound = (
  queried: readonly QueriedApi[],
  query: Query,
  isTable: boolean,
  {
    runtime,
    log,
    settings,
  }: {
    readonly runtime: Pick<Runtime, 'err'>;
    readonly log: Pick<Log, 'info'>;
    readonly settings: { readonly zone: Zone };
  },
): void => {
  if (!isTable && !runtime.err.isTTY) return;
  const both = query.from !== undefined && query.to !== undefined ? '; both --from and --to must match' : '';
  log.info('No recordings found.', searchedText(queried, query, settings.zone) + both);
};

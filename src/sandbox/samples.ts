import type { MediaFormat } from '../core/recording.ts';
import { DAY } from '../core/time/duration.ts';

/** One invented recording, independent of any API format. */
export interface Sample {
  /** The same in every run of the sandbox. */
  readonly id: string;
  /** Milliseconds since 1970 when the recording was stored. */
  readonly at: number;
  readonly seconds: number;
  readonly channels: 1 | 2;
  readonly format: Exclude<MediaFormat, 'mp4'>;
  readonly from: string;
  readonly to: string;
  readonly callId: string;
  readonly conference: { readonly id: string; readonly name: string } | undefined;
  /** A uniformly distributed integer below 100, for variety within an API. */
  readonly percentile: number;
}

const SAMPLE_COUNT = 140;
const SAMPLE_SPAN = 40 * DAY;

/** No sample is older, in milliseconds since 1970. */
export const oldestSample = (now: number): number => hourOf(now) - SAMPLE_SPAN;

const hourOf = (now: number): number => Math.floor(now / 3_600_000) * 3_600_000;

/**
 * Recordings of the 40 days before `now`, newest first: calls and conferences, mono and stereo, mp3 and wav. The same
 * hour yields the same samples on any machine.
 */
export const makeSamples = (now: number, seed: number): readonly Sample[] => {
  const random = randomFrom(seed);
  const pick = <T>(...choices: readonly [T, ...T[]]): T => choices[Math.floor(random() * choices.length)] ?? choices[0];
  const uuid = uuidFrom(random);
  const hour = hourOf(now);
  return Array.from({ length: SAMPLE_COUNT }, (_, index) => ({
    id: uuid(),
    at: hour - Math.floor(((index + random() * 0.9) * SAMPLE_SPAN) / SAMPLE_COUNT),
    seconds: 3 + Math.floor(random() ** 3 * 240),
    channels: pick<1 | 2>(1, 1, 2),
    format: pick<'mp3' | 'wav'>('mp3', 'mp3', 'wav'),
    from: pick(...customers),
    to: pick(...lines),
    callId: uuid(),
    conference:
      random() < 0.2 ? { id: uuid(), name: pick('standup', 'weekly review', 'Störungsdienst', '顧客会議') } : undefined,
    percentile: Math.floor(random() * 100),
  }));
};

/** Phone numbers that are reserved for fiction. */
const customers = [
  '+12025550101',
  '+12025550142',
  '+12025550199',
  '+442079460018',
  '+442079460345',
  '+61291920012',
] as const;
const lines = ['+13125550100', '+13125550111', 'sip:support@phone.example.com'] as const;

/** Whether the call of a sample was placed by the account; the same at every API that lists its recording. */
export const isOutbound = ({ percentile }: Sample): boolean => percentile % 4 === 3;

/** Whom the call of a sample dialled, one after the other: half of them nobody, most one agent, a ring group one of them twice. */
export const dialledBy = ({ percentile }: Sample): readonly string[] => {
  if (percentile >= 50) return [];
  const places = percentile % 7 === 0 ? [0, 1, 0] : [percentile % agents.length];
  return places.map((place) => agents[place] ?? '');
};

const agents = ['+13125550121', '+13125550122', 'client:agent-7', 'sip:desk@phone.example.com'] as const;

/** Milliseconds from the start of the call of a sample to that of its recording. */
export const waitBefore = ({ percentile }: Sample): number => (5 + percentile) * 1000;

/** A generator of ids with hexadecimal digits. Thousands are made at every start of the demo. */
export const uuidFrom = (random: () => number) => (): string => {
  let id = '';
  for (const place of UUID) id += place === '-' ? place : HEX.charAt(Math.floor(random() * 16));
  return id;
};

const UUID = 'xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx';
const HEX = '0123456789abcdef';

/** A small generator of numbers from 0 to 1, with the same sequence for the same seed (mulberry32). */
export const randomFrom = (seed: number): (() => number) => {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
};

import { Failure } from '../core/failure.ts';

/** The clock of a run: this machine's, until the first response of a provider tells the server's. */
export interface RunClock {
  /**
   * Milliseconds since 1970, for what is requested: if the first response shows that it was wrong, the task starts again.
   */
  now(): number;
  /** The same, for judging what was received: nothing starts again. */
  timeOfReceipt(): number;
  /** `now`, for output without a provider. Throws `local` if this machine's clock cannot be right. */
  plausibleNow(): number;
  /** A server has told the time. */
  readonly isKnown: boolean;
  /** A time that the user typed cannot be judged before a server has told the time; then the task starts again. */
  doubt(): void;
  /**
   * Learns the time from the first response of a provider. Throws `ClockCorrected` if the task must start again, and
   * `local` if the response does not tell the time and this machine's clock cannot be right.
   */
  observe(response: ObservedResponse): void;
  /** Learns the time from a response to a request that no time was used for. */
  learn(response: ObservedResponse): void;
  /** Throws `local` if no server has told the time and this machine's clock cannot be right. */
  checkPlausible(): void;
}

export interface ObservedResponse {
  readonly host: string;
  readonly headers: Pick<Headers, 'get'>;
  /** When the request was sent and the response had arrived, by this machine's clock. */
  readonly sent: number;
  readonly received: number;
}

/** Thrown by the first request of a task that has used a wrong time; `withProfiles` starts the task again. */
export class ClockCorrected extends Error {}

export interface ClockSettings {
  /** Milliseconds since 1970, by this machine. */
  now(): number;
  /** When this version was released: no earlier time can be right. */
  readonly released: number;
  warn(text: string, hint: string): void;
}

const MINUTE = 60_000;
/** Differences below these are not worth another request, or a word. */
const RESTART_SKEW = MINUTE;
const REPORTED_SKEW = 5 * MINUTE;

export const openRunClock = ({ now: machineNow, released, warn }: ClockSettings): RunClock => {
  /** Milliseconds by which the server is ahead. */
  let offset = 0;
  let [isKnown, wasUsed, isDoubted, hasResponse] = [false, false, false, false];
  const timeOfReceipt = (): number => (isKnown ? machineNow() + offset : Math.max(machineNow(), released));
  const now = (): number => {
    wasUsed ||= !isKnown;
    return timeOfReceipt();
  };
  const checkPlausible = (): void => {
    if (isKnown || machineNow() >= released) return;
    const date = new Date(machineNow()).toISOString().slice(0, 10);
    throw new Failure('local', `this machine's clock is wrong: ${date} is before the release of this version of recx`, {
      hint: 'Set the clock, then run the command again',
    });
  };
  const learn = (response: ObservedResponse): void => {
    const skew = isKnown ? undefined : skewOf(response, released);
    if (skew === undefined) return;
    isKnown = true;
    offset = skew;
    if (Math.abs(skew) >= REPORTED_SKEW) warn(...skewWarning(skew, response.host));
  };
  return {
    now,
    timeOfReceipt,
    plausibleNow: () => {
      checkPlausible();
      return now();
    },
    get isKnown() {
      return isKnown;
    },
    doubt: () => {
      isDoubted = true;
    },
    observe: (response) => {
      if (isKnown) return;
      const isFirst = !hasResponse;
      hasResponse = true;
      const used = timeOfReceipt();
      learn(response);
      checkPlausible();
      const wasWrong = Math.abs(timeOfReceipt() - used) >= RESTART_SKEW;
      // After a first response without a time, rows may have been written.
      if (isKnown && isFirst && wasUsed && (isDoubted || wasWrong)) throw new ClockCorrected();
    },
    learn,
    checkPlausible,
  };
};

/** Milliseconds by which the server's clock is ahead; undefined if the response does not tell a possible time. */
const skewOf = ({ headers, sent, received }: ObservedResponse, released: number): number | undefined => {
  // A cache sends the date of the original response, and its age.
  const age = /^\d{1,9}$/.exec(headers.get('age')?.trim() ?? '')?.[0] ?? '0';
  const date = Date.parse(headers.get('date') ?? '') + Number(age) * 1000;
  if (Number.isNaN(date)) return undefined;
  // A time before the release is believed only if both clocks agree on it.
  if (date < released && Math.abs(date - received) >= REPORTED_SKEW) return undefined;
  // The date was the server's at some time between these two, and is cut to a second.
  const [least, most] = [date - received, date + 1000 - sent];
  return least <= 0 && most >= 0 ? 0 : Math.round((least + most) / 2);
};

const skewWarning = (skew: number, host: string): readonly [string, string] => {
  const minutes = Math.round(Math.abs(skew) / MINUTE);
  const amount =
    minutes < 120
      ? `${minutes} minutes`
      : minutes < 2880
        ? `${Math.round(minutes / 60)} hours`
        : `${Math.round(minutes / 1440)} days`;
  return [
    `this machine's clock is ${amount} ${skew > 0 ? 'behind' : 'ahead of'} that of ${host}; using the server's time`,
    "Set this machine's clock",
  ];
};

import type { Row } from '../../src/core/decode.ts';
import type { SandboxEntry } from '../../src/sandbox/api.ts';
import type { SandboxOptions } from '../../src/sandbox/server.ts';
import { emptyFolder } from './cleanup.ts';
import { homeWith } from './home.ts';
import { twilio } from './wire-formats.ts';

const MINUTE = 60_000;

/** An id of a recording of Twilio, and that of its call. */
export const recordingId = (number: number): string => `RE${String(number).padStart(32, '0')}`;
export const callId = (number: number): string => `CA${String(number).padStart(32, '0')}`;

/**
 * An account of Twilio with a clock that the test sets, whose recordings and calls are known by a number. Any request can be made to
 * fail.
 */
export const openCallsAccount = async (options: Partial<SandboxOptions> = {}) => {
  const recordings: SandboxEntry[] = [];
  const calls: SandboxEntry[] = [];
  const folder = emptyFolder();
  const clock = { now: Math.floor(Date.now() / 1000) * 1000 };
  const insert = (list: SandboxEntry[], entry: SandboxEntry): void => {
    const old = list.findIndex(({ id }) => id === entry.id);
    if (old !== -1) list.splice(old, 1);
    const place = list.findIndex(({ at }) => at < entry.at);
    list.splice(place === -1 ? list.length : place, 0, entry);
  };
  const date = (epoch: number): string => new Date(epoch).toUTCString();
  const answers: { status: number | undefined } = { status: undefined };
  const home = await homeWith({
    entries: { [twilio.name]: recordings },
    related: { [twilio.name]: { calls, conferences: [] } },
    now: () => clock.now,
    alter: (reply, { url: { pathname } }) =>
      answers.status !== undefined && pathname.includes('/Calls')
        ? { status: answers.status, body: { code: 20003, message: 'Failed' } }
        : reply,
    ...options,
  });
  return {
    folder,
    clock,
    calls,
    recordings,
    home,
    /** Set the status of all answers about calls, or undefined for the account's own. */
    answers,
    /** Adds a recording that was made some minutes ago, of the call of the same number or of another. */
    record: (number: number, minutes: number, more: Row = {}): void => {
      const at = clock.now - minutes * MINUTE;
      const row = twilio.row(recordingId(number), { call_sid: callId(number), media_url: null, ...more }, at);
      insert(recordings, { id: recordingId(number), at, row });
    },
    /** Adds or replaces the call of a number, which began some minutes ago and took three; `in-progress` has no end. */
    call: (number: number, minutes: number, more: Row = {}): void => {
      const at = clock.now - minutes * MINUTE;
      const isRunning = more.status === 'in-progress';
      const row: Row = {
        sid: callId(number),
        parent_call_sid: null,
        from: `+141555501${String(number).padStart(2, '0')}`,
        to: '+13125550199',
        direction: 'inbound',
        status: 'completed',
        date_created: date(at),
        date_updated: date(at),
        start_time: date(at),
        end_time: isRunning ? null : date(at + 3 * MINUTE),
        duration: isRunning ? null : '180',
        ...more,
      };
      insert(calls, { id: callId(number), at, row });
    },
    remove: (list: SandboxEntry[], id: string): void => {
      list.splice(
        list.findIndex((entry) => entry.id === id),
        1,
      );
    },
    run: (...words: readonly string[]) => home.run(words, { now: () => clock.now }),
  };
};

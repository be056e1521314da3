import { expect, test } from 'vitest';
import { homeWith } from '../../support/home.ts';
import { compatibility, listArgs, relay, sandboxEntries, twilio, video } from '../../support/wire-formats.ts';

/** The status words of each API and the common status of each. */
const words = [
  [
    relay,
    {
      recording: 'in_progress',
      paused: 'paused',
      completed: 'completed',
      finished: 'completed',
      no_input: 'absent',
      error: 'failed',
      sealed: 'unknown',
    },
  ],
  [
    video,
    { recording: 'in_progress', paused: 'paused', processing: 'processing', completed: 'completed', sealed: 'unknown' },
  ],
  [
    compatibility,
    { 'in-progress': 'in_progress', paused: 'paused', completed: 'completed', absent: 'absent', sealed: 'unknown' },
  ],
  [
    twilio,
    {
      'in-progress': 'in_progress',
      processing: 'processing',
      completed: 'completed',
      absent: 'absent',
      sealed: 'unknown',
    },
  ],
] as const;

test.each(words)(
  'every status word of $name maps to a common status, and the original word is kept',
  async (wire, states) => {
    const { status = '' } = wire.keys;
    const rows = Object.keys(states).map((word) => [`is-${word}`, { [status]: word }] as const);
    const { run } = await homeWith({ entries: sandboxEntries(wire, rows) });
    const { code, out } = await run(listArgs(wire, '-o', 'json', '--fields', 'id,status,provider_status'));
    expect(code).toBe(0);
    expect(JSON.parse(out)).toEqual(
      Object.entries(states).map(([word, meaning]) => ({ id: `is-${word}`, status: meaning, provider_status: word })),
    );
  },
);

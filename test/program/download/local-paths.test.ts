import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { emptyFolder } from '../../support/cleanup.ts';
import { homeWith } from '../../support/home.ts';

const foreign = [
  's3://bucket/calls',
  's3:bucket/calls',
  'S3://bucket',
  'https://example.com/x.csv',
  'https:example',
  'file:///tmp/x',
  'gs://bucket/x',
  'az:container',
  'b2:bucket',
  'sftp://host/x',
  'remote:calls',
  'C:\\calls',
  'c:calls',
  '\\\\server\\calls',
  ' s3://bucket/calls',
];

describe.concurrent('a path with a scheme, or of another system, is no local folder of that name', () => {
  test.each(foreign)('%s', async (path) => {
    const { run, sandbox } = await homeWith();
    for (const words of [
      ['download', '-p', 'twilio', '-n', '1', '--dir', path],
      ['download', '-p', 'twilio', '--ids', path],
      ['download', '-p', 'twilio', '-n', '1', '--dry-run', '--summary', path],
      ['export', '-p', 'twilio', '-n', '1', '-o', 'csv', '--out', path],
      ['export', '-p', 'twilio', '-o', 'csv', '--out', 'x.csv', '--incremental', '--state', path],
      ['verify', path],
      ['report', path],
      ['report', '--out', path],
    ]) {
      const got = await run(words);
      expect({ words, code: got.code, lines: got.err.trim().split('\n').length }).toEqual({ words, code: 2, lines: 2 });
      expect(got.err).toContain('is not a local path');
    }
    expect(sandbox.requests).toEqual([]);
    expect([existsSync(path), existsSync(path.replace(/\/.*/s, ''))]).toEqual([false, false]);
  });

  test.each(['calls-2026-11-20T10:00:00.csv', './s3:bucket.csv', 'a b/c:d.csv', '10:30.csv', '2026:11.csv'])(
    'but %s is one',
    async (name) => {
      const { run } = await homeWith();
      const out = name.startsWith('./') ? name.slice(2) : name;
      const folder = emptyFolder();
      const got = await run(['export', '-p', 'twilio', '-n', '1', '--out', join(folder, out)]);
      expect({ code: got.code, err: got.err }).toEqual({ code: 0, err: '' });
    },
  );
});

test.concurrent.each(['--timeout', '--max-time', '--wait'])(
  '%s of two months does not end a run at once',
  async (flag) => {
    const { run } = await homeWith();
    const got = await run(['download', '-p', 'twilio', '-n', '1', '--dry-run', flag, '60d']);
    expect({ code: got.code, err: got.err }).toEqual({ code: 0, err: '' });
    expect((await run(['download', '-p', 'twilio', '-n', '1', '--dry-run', flag, '0s'])).code).toBe(2);
  },
);

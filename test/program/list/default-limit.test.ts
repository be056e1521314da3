import { expect, test } from 'vitest';
import { homeWith } from '../../support/home.ts';

test('list shows the newest 50 recordings by default and reports that there are more', async () => {
  const { run } = await homeWith();
  const { code, out, err } = await run(['list', '-p', 'relay']);
  expect(code).toBe(0);
  expect(JSON.parse(out)).toHaveLength(50);
  expect(err).toContain('showing the first 50 recordings\nUse --all or --limit <n> to see more');
});

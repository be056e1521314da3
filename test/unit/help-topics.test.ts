import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { cron } from '../../src/commands/help/topics/cron.ts';
import { environment } from '../../src/commands/help/topics/environment.ts';
import { fieldTopic } from '../../src/commands/help/topics/fields.ts';
import { filterTopic } from '../../src/commands/help/topics/filters.ts';
import { formatTopic } from '../../src/commands/help/topics/formats.ts';
import { scale } from '../../src/commands/help/topics/scale.ts';
import { renderTopic, type Topic } from '../../src/commands/help/topics/topic.ts';
import { columns, mediaUrlColumn, rawColumn } from '../../src/core/columns.ts';
import { filterKeys, filters } from '../../src/core/query.ts';
import { formatNames } from '../../src/formats/index.ts';
import { definitions } from '../../src/providers/index.ts';
import { limits } from '../../src/system/limits.ts';
import { openSession } from '../support/session.ts';

const root = join(import.meta.dirname, '../../src');
const files = readdirSync(root, { recursive: true, encoding: 'utf8' }).filter((file) =>
  /^(?!sandbox).*\.ts$/.test(file),
);

test('the environment topic lists every variable that the source code reads', () => {
  const text = renderTopic(environment);
  const read = new Set<string>();
  for (const file of files) {
    const source = readFileSync(join(root, file), 'utf8');
    for (const [, name = ''] of source.matchAll(/\benv\.([A-Z][A-Z_]+)/g)) read.add(name);
    for (const [, name = ''] of source.matchAll(/(?:variable|index|count|first|step): '([A-Z][A-Z_]+)'/g))
      read.add(name);
    for (const [, name = ''] of source.matchAll(/'(HTTPS?_PROXY)'/g)) read.add(name);
  }
  expect(read.size).toBeGreaterThan(25);
  for (const name of read) expect(text).toMatch(new RegExp(`\\b${name}\\b`));
});

test('limits and defaults in the help topics equal those of the flags', async () => {
  const session = openSession();
  const download = await session.type(['download', '--help']);
  const exported = await session.type(['export', '--help']);
  const { downloadConcurrency, maxDownloadConcurrency } = limits;
  const beyond = await session.type(['download', '--concurrency', String(maxDownloadConcurrency + 1)]);
  session.close();
  expect(download).toMatch(new RegExp(`--concurrency.*default: ${downloadConcurrency}`));
  expect(beyond).toContain(`from 1 to ${maxDownloadConcurrency}`);
  expect(renderTopic(scale)).toMatch(
    new RegExp(`default: ${downloadConcurrency}, at\\s+most ${maxDownloadConcurrency}`),
  );
  expect(exported).toMatch(/default: 72h/);
  expect(renderTopic(cron)).toContain('--lookback (72h)');
});

test('the topics of fields, filters and formats list everything in the tables', () => {
  const listed = (topic: Topic): readonly string[] =>
    topic.blocks.flatMap((block) => (typeof block === 'string' ? [] : block.map(([term]) => term)));
  for (const { key } of [...columns, mediaUrlColumn, rawColumn]) expect(listed(fieldTopic)).toContain(key);
  for (const key of filterKeys) expect(listed(filterTopic)).toContain(`${filters[key].flag} <${filters[key].value}>`);
  for (const { vendor, api } of definitions) expect(listed(filterTopic)).toContain(`${vendor.name} ${api}`);
  for (const name of formatNames) expect(listed(formatTopic)).toContain(name);
});

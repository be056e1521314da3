import { describe, expect, onTestFinished, test } from 'vitest';
import { detectFormat } from '../../src/core/download/media/media-type.ts';
import { readiness } from '../../src/core/download/outcome.ts';
import type { Media } from '../../src/core/provider.ts';
import { type MediaFormat, mediaFormats, type Recording } from '../../src/core/recording.ts';
import type { SandboxOptions } from '../../src/sandbox/server.ts';
import { openMediaClient } from '../../src/system/net/media-client.ts';
import { openPaces } from '../../src/system/net/pacing/pace.ts';
import { openRateLimiter } from '../../src/system/net/pacing/rate-limiter.ts';
import { openProxies } from '../../src/system/net/route/proxies.ts';
import { listAll, openOnSandbox, registry, sandboxApiOf, silentLog, testRuntime } from '../support/open-provider.ts';

const neverAborted = new AbortController().signal;

describe.each(registry)('media of %s', (_, definition) => {
  const opened = async (options: Partial<SandboxOptions> = {}) => {
    const { now } = sandboxApiOf(definition).answerKey;
    const { provider, sandbox, account } = await openOnSandbox(definition, { now: () => now, ...options });
    const client = openMediaClient(testRuntime, silentLog, openRateLimiter(undefined), {
      timeout: 60_000,
      connections: 4,
      proxies: openProxies({}),
      paces: openPaces(),
      onResponse: () => {},
    });
    onTestFinished(() => client.close());
    const source = client.sourceFor(account, definition);
    const bytesOf = async (media: Media): Promise<Buffer> => {
      const answer = await source.get(media, { method: 'GET', headers: {}, signal: neverAborted, attempt: 1 });
      expect(answer.status).toBe(200);
      const chunks: Buffer[] = [];
      for await (const chunk of answer.body) chunks.push(chunk as Buffer);
      return Buffer.concat(chunks);
    };
    const ready = (await listAll(provider)).filter((row) => readiness(row) === 'ready' && row.encrypted !== true);
    return { provider, sandbox, bytesOf, ready };
  };
  const onePerShape = (rows: readonly Recording[]): readonly Recording[] => {
    const shapes = new Map(rows.map((row) => [`${row.formats} ${row.channels}`, row]));
    return [...shapes.values()];
  };

  test('is available in exactly the formats of the recording, with the format and size that it declares', async () => {
    const { provider, bytesOf, ready } = await opened();
    const served = new Set<MediaFormat>();
    for (const row of onePerShape(ready)) {
      for (const format of mediaFormats) {
        const media = provider.media(row, format);
        if (row.formats.length > 0)
          expect(media !== undefined, `${format} of ${row.formats}`).toBe(row.formats.includes(format));
        if (media === undefined || row.formats.length === 0) continue;
        const bytes = await bytesOf(media);
        expect(detectFormat({ start: bytes, audio: bytes }, true)).toBe(format);
        expect(media.format).toBe(format);
        if (media.sizeBytes !== null) expect(bytes.length).toBe(media.sizeBytes);
        served.add(format);
      }
      expect(provider.media(row)?.format).toBe(row.formats[0]);
    }
    for (const format of served) expect(definition.formats).toContain(format);
    expect(served.size).toBeGreaterThan(0);
  });

  test('is requested with credentials only after the server demands them, and never when the URL is signed', async () => {
    const { provider, sandbox, bytesOf, ready } = await opened({ protectedMedia: true });
    const own = ready.filter(({ mediaUrl }) => mediaUrl?.startsWith(sandbox.origin) === true).slice(0, 3);
    const before = sandbox.requests.length;
    const medias = own.flatMap((row) => provider.media(row) ?? []);
    expect(medias).toHaveLength(3);
    for (const media of medias) await bytesOf(media);
    const shown = sandbox.requests.slice(before).map(({ headers }) => headers.authorization !== undefined);
    // The first request learns that this server demands credentials; later requests send them at once.
    expect(shown).toEqual(medias[0]?.signed === true ? [false, false, false] : [false, true, true, true]);
  });

  test('is requested without credentials from a server that does not demand them', async () => {
    const { provider, sandbox, bytesOf, ready } = await opened();
    const before = sandbox.requests.length;
    for (const row of onePerShape(ready)) {
      const media = provider.media(row);
      if (media !== undefined) await bytesOf(media);
    }
    expect(sandbox.requests.length).toBeGreaterThan(before);
    for (const { headers } of sandbox.requests.slice(before)) expect(headers.authorization).toBeUndefined();
  });
});

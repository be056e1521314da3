// The least that Node needs for the task of a benchmark, without retries, resumption and checks of anything but the size.
// node floor.mjs download <list> <folder> <connections>; the list has a URL, a name and a size in bytes on each line.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import * as http from 'node:http';
import * as https from 'node:https';
import { join } from 'node:path';
import { promisify } from 'node:util';

/** Fewer bytes are written on this thread; a file is created and flushed in the thread pool. */
const SMALL_WRITE = 256 * 1024;
const [open, writev, fdatasync] = [promisify(fs.open), promisify(fs.writev), promisify(fs.fdatasync)];

/** Writes a body into an open file; resolves to its size and hash. */
const receive = async (body, file) => {
  const hash = createHash('sha256');
  let bytes = 0;
  let chunks = [];
  let held = 0;
  for await (const chunk of body) {
    hash.update(chunk);
    bytes += chunk.length;
    chunks.push(chunk);
    held += chunk.length;
    if (held < SMALL_WRITE) continue;
    await writev(file, chunks);
    [chunks, held] = [[], 0];
  }
  if (held > 0) fs.writevSync(file, chunks);
  return { bytes, sha256: hash.digest('hex') };
};

const responseTo = (get, url, agent) =>
  new Promise((resolve, reject) => {
    get(url, { agent }, resolve).once('error', reject);
  });

const download = async (list, folder, connections) => {
  const files = fs.readFileSync(list, 'utf8').trim().split('\n');
  const options = { keepAlive: true, maxSockets: Number(connections) };
  const clients = {
    http: { get: http.get, agent: new http.Agent(options) },
    https: { get: https.get, agent: new https.Agent(options) },
  };
  const manifest = fs.openSync(join(folder, 'manifest.ndjson'), 'a');
  const fetchOne = async (line) => {
    const [url, name, size] = line.split(' ');
    const { get, agent } = clients[url.slice(0, url.indexOf(':'))];
    const response = await responseTo(get, url, agent);
    const part = join(folder, `.${name}.part`);
    const file = await open(part, 'wx');
    const entry = await receive(response, file);
    assert.equal(entry.bytes, Number(size), url);
    await fdatasync(file);
    fs.closeSync(file);
    fs.renameSync(part, join(folder, name));
    fs.writeSync(manifest, `${JSON.stringify({ path: name, ...entry })}\n`);
  };
  const work = async () => {
    for (let line = files.shift(); line !== undefined; line = files.shift()) await fetchOne(line);
  };
  await Promise.all(Array.from({ length: Number(connections) }, work));
  fs.fsyncSync(manifest);
  for (const { agent } of Object.values(clients)) agent.destroy();
};

const [task, ...words] = process.argv.slice(2);
assert.equal(task, 'download');
await download(...words);

// Media files, the web server that serves them, and the API that lists them.
import { spawn, spawnSync } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { closeSync, ftruncateSync, mkdirSync, openSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/** The header of a WAV file of this size: 16-bit telephone audio. */
export const wavHead = (size) => {
  const head = Buffer.alloc(44);
  head.write('RIFF');
  head.writeUInt32LE(size - 8, 4);
  head.write('WAVEfmt ', 8);
  head.writeUInt32LE(16, 16);
  head.writeUInt16LE(1, 20);
  head.writeUInt16LE(1, 22);
  head.writeUInt32LE(8000, 24);
  head.writeUInt32LE(16_000, 28);
  head.writeUInt16LE(2, 32);
  head.writeUInt16LE(16, 34);
  head.write('data', 36);
  head.writeUInt32LE(size - 44, 40);
  return head;
};

/** Creates this number of distinct WAV files in a folder; returns their names, sizes and, for the first few, the sha256. */
export const makeFiles = (folder, count, size, sparse) => {
  mkdirSync(folder, { recursive: true });
  const noise = sparse ? undefined : randomBytes(size);
  return Array.from({ length: count }, (_, index) => {
    const id = `${String(index).padStart(8, '0')}-0000-4000-8000-000000000000`;
    const path = join(folder, `${id}.wav`);
    if (noise === undefined) {
      const file = openSync(path, 'w');
      writeSync(file, wavHead(size));
      ftruncateSync(file, size);
      closeSync(file);
      return { id, name: `${id}.wav`, size };
    }
    wavHead(size).copy(noise);
    noise.writeUInt32LE(index, 44);
    writeFileSync(path, noise);
    const sha256 = index < 20 ? createHash('sha256').update(noise).digest('hex') : undefined;
    return { id, name: `${id}.wav`, size, sha256 };
  });
};

const PAGE = 1000;
const LIST = '/api/relay/rest/recordings';

/** Writes the list pages of a SignalWire space with these files, with links below `base`. */
export const writePages = (folder, files, base) => {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder);
  for (let page = 0; page * PAGE < files.length; page++) {
    const next = `${LIST}?page_number=${page + 1}&page_size=${PAGE}&page_token=PA${page}`;
    const data = files.slice(page * PAGE, (page + 1) * PAGE).map(({ id, name, size }, index) => ({
      id,
      project_id: '5a4db0c5-0000-4000-8000-000000000001',
      created_at: new Date(Date.UTC(2026, 0, 1) - (page * PAGE + index) * 1000).toISOString(),
      duration_in_seconds: Math.round(size / 16_000),
      status: 'completed',
      url: `${base}/${name}`,
      byte_size: size,
    }));
    const links = (page + 1) * PAGE < files.length ? { next } : {};
    writeFileSync(join(folder, `${page}.json`), JSON.stringify({ links, data }));
  }
};

/** Creates a self-signed certificate for this machine; returns its path. */
export const makeCertificate = (folder) => {
  const files = ['-keyout', `${folder}/key.pem`, '-out', `${folder}/certificate.pem`];
  const names = ['-subj', '/CN=127.0.0.1', '-addext', 'subjectAltName=IP:127.0.0.1'];
  const words = ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2'];
  const { status, stderr } = spawnSync('openssl', [...words, ...files, ...names]);
  if (status !== 0) throw new Error(`openssl: ${stderr}`);
  return `${folder}/certificate.pem`;
};

/**
 * Serves a folder with nginx, and the pages in its folder `pages` as the list of the API, over TLS if there is a certificate;
 * returns the process and the port.
 */
export const startNginx = async (folder, certificate) => {
  const port = await freePort();
  const tls = `ssl_certificate ${certificate}; ssl_certificate_key ${folder}/key.pem`;
  const places = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((name) => `${name}_temp_path ${folder}/tmp;`);
  const config = `${process.getuid?.() === 0 ? 'user root;' : ''}
    daemon off; worker_processes 2; pid ${folder}/nginx.pid; error_log stderr error;
    events { worker_connections 1024; }
    http {
      ${places.join(' ')}
      types { audio/wav wav; application/json json; } access_log off;
      sendfile on; tcp_nopush on; tcp_nodelay on; keepalive_requests 1000000; keepalive_timeout 300;
      server {
        listen 127.0.0.1:${port}${certificate === undefined ? '' : ` ssl; ${tls}`}; root ${folder}; autoindex on;
        location = ${LIST} { try_files /pages/$arg_page_number.json /pages/0.json; }
      }
    }`;
  writeFileSync(join(folder, 'nginx.conf'), config);
  const [command, ...words] = ['nginx', '-e', 'stderr', '-p', folder, '-c', join(folder, 'nginx.conf')];
  const server = spawn(command, words, { stdio: ['ignore', 'inherit', 'inherit'] });
  for (let attempt = 0; !(await answers(port)); attempt++) {
    if (attempt === 100) throw new Error('nginx did not start');
    await sleep(50);
  }
  return { process: server, port };
};

const freePort = () =>
  new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });

const answers = (port) =>
  new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => {
      socket.destroy();
      resolve(true);
    }).once('error', () => resolve(false));
  });

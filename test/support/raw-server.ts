import { createServer, type Socket } from 'node:net';
import { cleanUp } from './cleanup.ts';

/** A server that writes bytes as given after each request; returns its origin. Closed after the tests of the file. */
export const startRawServer = async (respond: (socket: Socket, path: string) => void): Promise<string> => {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    let head = '';
    socket.on('error', () => {});
    socket.on('data', (bytes) => {
      head += String(bytes);
      if (!head.includes('\r\n\r\n')) return;
      const [, path = ''] = head.split(' ');
      head = '';
      respond(socket, path);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  cleanUp(() => {
    server.close();
    for (const socket of sockets) socket.destroy();
  });
  const { port } = server.address() as { port: number }; // a TCP server has a port
  return `http://127.0.0.1:${port}`;
};

/** Heads with which the body is complete; `N` is its length. */
export const acceptedHeads = [
  ['no reason phrase', 'HTTP/1.1 200\r\nContent-Length: N\r\n\r\n'],
  ['HTTP/1.0', 'HTTP/1.0 200 OK\r\nContent-Length: N\r\n\r\n'],
  ['early hints', 'HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: N\r\n\r\n'],
  ['a Latin-1 header', 'HTTP/1.1 200 OK\r\nX-Place: R\u00e9union\r\nContent-Length: N\r\n\r\n'],
] as const;

/** Heads that no client should trust. */
export const rejectedHeads = [
  ['two lengths', 'HTTP/1.1 200 OK\r\nContent-Length: N\r\nContent-Length: 1\r\n\r\n'],
  ['length and chunks', 'HTTP/1.1 200 OK\r\nContent-Length: N\r\nTransfer-Encoding: chunked\r\n\r\n'],
  ['a list of lengths', 'HTTP/1.1 200 OK\r\nContent-Length: N, 1\r\n\r\n'],
  ['a control character', 'HTTP/1.1 200 OK\r\nX-A: a\u0001b\r\nContent-Length: N\r\n\r\n'],
  ['a header of 20 kB', `HTTP/1.1 200 OK\r\nX-A: ${'a'.repeat(20_000)}\r\nContent-Length: N\r\n\r\n`],
  ['chunks without an end', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\n{\r\n'],
] as const;

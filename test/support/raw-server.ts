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

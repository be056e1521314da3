// A TCP proxy that adds latency: node delay.mjs <port of the server> <milliseconds per round trip>. Prints its own port.
// It holds bytes for half a round trip each way, and a new connection for a full one, the time of a handshake.
// There is no slow start and no loss.
import { connect, createServer } from 'node:net';

const [port, roundTrip] = process.argv.slice(2).map(Number);
/** Maximum number of bytes in transit in one direction of a connection. */
const MAX_BYTES = 4 * 2 ** 20;

/** Forwards data after this number of milliseconds. */
const carry = (from, to, opening) => {
  const queue = [];
  let bytes = 0;
  let timer;
  const deliver = () => {
    timer = undefined;
    while (queue.length > 0 && queue[0].due <= performance.now() && !to.writableNeedDrain) {
      const { chunk } = queue.shift();
      if (chunk === undefined) to.end();
      else {
        to.write(chunk);
        bytes -= chunk.length;
      }
    }
    if (bytes < MAX_BYTES) from.resume();
    if (queue.length === 0) return;
    if (to.writableNeedDrain) to.once('drain', deliver);
    else timer = setTimeout(deliver, Math.ceil(queue[0].due - performance.now()));
  };
  const add = (chunk) => {
    queue.push({ chunk, due: Math.max(opening, performance.now()) + roundTrip / 2 });
    bytes += chunk?.length ?? 0;
    if (bytes >= MAX_BYTES) from.pause();
    if (timer === undefined && queue.length === 1) deliver();
  };
  from.on('data', add);
  from.on('end', () => add());
  from.on('error', () => to.destroy());
};

const server = createServer({ allowHalfOpen: true, noDelay: true }, (near) => {
  const far = connect({ port, host: '127.0.0.1', allowHalfOpen: true, noDelay: true });
  const opening = performance.now() + roundTrip;
  carry(near, far, opening);
  carry(far, near, opening);
});
server.listen(0, '127.0.0.1', () => process.stdout.write(`${server.address().port}\n`));

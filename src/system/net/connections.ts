import { errorCode } from '../errors.ts';
import { withDispatcher } from './route/proxies.ts';

/** The API's connections of a run. */
export interface Connections {
  /**
   * Sends a request on a kept connection, else on a new one. A server may close a kept connection just as it is used
   * again: then nothing is known about the request, and it is sent once more at once, on a new connection.
   */
  send<T>(url: URL, exchange: (route: RequestInit) => Promise<T>): Promise<T>;
  close(): Promise<void>;
}

/** A client of fetch that has at most one connection. */
interface Connection {
  readonly destroy: () => Promise<void>;
}

/** Each connection serves one request at a time, so that it is known whether it was used before. */
export const openConnections = (): Connections => {
  const all = new Set<Connection>();
  const idle = new Map<string, Connection[]>();
  const discard = async (connection: Connection): Promise<void> => {
    all.delete(connection);
    await connection.destroy();
  };
  const sendOn = async <T>(
    connection: Connection | undefined,
    kept: Connection[],
    exchange: (route: RequestInit) => Promise<T>,
  ): Promise<T> => {
    try {
      const answer = await exchange(withDispatcher(connection));
      if (connection !== undefined) kept.push(connection);
      return answer;
    } catch (error) {
      if (connection !== undefined) void discard(connection);
      throw error;
    }
  };
  return {
    send: async ({ origin }, exchange) => {
      const kept = idle.get(origin) ?? [];
      idle.set(origin, kept);
      const reused = kept.pop();
      try {
        if (reused !== undefined) return await sendOn(reused, kept, exchange);
      } catch (error) {
        if (!(error instanceof UnansweredError)) throw error;
      }
      const opened = openConnection();
      if (opened !== undefined) all.add(opened);
      return sendOn(opened, kept, exchange);
    },
    close: async () => {
      idle.clear();
      await Promise.all([...all].map(discard));
    },
  };
};

/** fetch has no setting for one connection, but the class of its own client does; without that, fetch chooses. */
const openConnection = (): Connection | undefined => {
  const known = globalThis as { readonly [key: symbol]: unknown };
  // From Node 26 on, the first is a wrapper of the second.
  const client = known[Symbol.for('undici.globalDispatcher.2')] ?? known[Symbol.for('undici.globalDispatcher.1')];
  const Client = client?.constructor as (new (options: object) => Connection) | undefined; // undici's Agent
  return Client === undefined ? undefined : new Client({ connections: 1 });
};

/** Whether a request failed because its connection was closed. */
export const isClosedEarly = (error: unknown): boolean =>
  ['ECONNRESET', 'EPIPE', 'UND_ERR_SOCKET'].includes(errorCode(error) ?? '');

/** The connection was closed before the first byte of a response. */
export class UnansweredError extends Error {
  constructor(cause: unknown) {
    super('the connection was closed without a response', { cause });
  }
}

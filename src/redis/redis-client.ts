/** A client of ioredis 5 or later, as far as it is used here. A `Cluster` has the same methods. */
export interface IoRedisClient {
  call(command: string, ...args: string[]): Promise<unknown>;
  duplicate(): IoRedisClient;
  subscribe(channel: string): Promise<unknown>;
  on(event: string, listener: (...args: string[]) => void): unknown;
  disconnect(reconnect?: boolean): void;
}

/** A client of node-redis (the package `redis`) 4 or later, connected, as far as it is used here. */
export interface NodeRedisClient {
  sendCommand(args: string[]): Promise<unknown>;
  duplicate(): NodeRedisClient;
  connect(): Promise<unknown>;
  subscribe(channel: string, listener: (message: string, channel: string) => void): Promise<unknown>;
  on(event: string, listener: (...args: string[]) => void): unknown;
  destroy(): void;
}

/** What the coordinator and the journal can talk to Redis with. */
export type RedisClient = IoRedisClient | NodeRedisClient;

/** The few operations needed from Redis, the same for every client. */
export interface RedisPort {
  command(...args: string[]): Promise<unknown>;
  /** Listens on a separate connection, until the returned function is called. */
  listen(channel: string, hear: (message: string) => void): () => void;
  /** The server accepts no writes, because it is no longer the primary. The client has to find the new primary. */
  leaveReplica(): void;
}

/**
 * Puts one face on both clients.
 *
 * @throws TypeError if the client is of neither package.
 */
export function redisPort(client: RedisClient, subject: string): RedisPort {
  if (isIoRedis(client)) return ioRedisPort(client);
  if (typeof (client as Partial<NodeRedisClient> | null | undefined)?.sendCommand === 'function') {
    return nodeRedisPort(client);
  }
  throw new TypeError(
    `Cannot ${subject}: client must be a client of ioredis or of redis (node-redis), received ${client === null ? 'null' : typeof client}`,
  );
}

function isIoRedis(client: RedisClient): client is IoRedisClient {
  return typeof (client as Partial<IoRedisClient> | null | undefined)?.call === 'function';
}

function ioRedisPort(client: IoRedisClient): RedisPort {
  return {
    command: (name = '', ...args) => client.call(name, ...args),
    listen(channel, hear) {
      const subscriber = client.duplicate();
      subscriber.on('error', ignore);
      subscriber.on('message', (_channel: string, message: string) => hear(message));
      // This connects a client with `lazyConnect`; after a lost connection it resubscribes automatically.
      subscriber.subscribe(channel).catch(ignore);
      return () => subscriber.disconnect();
    },
    leaveReplica: () => client.disconnect(true),
  };
}

function nodeRedisPort(client: NodeRedisClient): RedisPort {
  return {
    command: (...args) => client.sendCommand(args),
    listen(channel, hear) {
      const subscriber = client.duplicate();
      subscriber.on('error', ignore);
      const subscribe = async (): Promise<void> => {
        await subscriber.connect();
        await subscriber.subscribe(channel, hear);
      };
      subscribe().catch(ignore);
      return () => {
        try {
          subscriber.destroy();
        } catch {
          // It was never connected.
        }
      };
    },
    // node-redis has no call that reconnects and keeps pending commands; its own reconnect strategy has to do it.
    leaveReplica: ignore,
  };
}

function ignore(): void {
  // Both clients report a lost connection in every command; the coordinator reports it once.
}

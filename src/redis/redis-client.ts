/** The parts of an ioredis client, version 5 or later, that are used here. A `Cluster` has the same methods. */
export interface IoRedisClient {
  call(command: string, ...args: string[]): Promise<unknown>;
  duplicate(options?: { readonly autoResubscribe: boolean }): IoRedisClient;
  subscribe(channel: string): Promise<unknown>;
  on(event: string, listener: (...args: string[]) => void): unknown;
  disconnect(reconnect?: boolean): void;
}

/** The parts of a connected node-redis client (the package `redis`), version 4 or later, that are used here. */
export interface NodeRedisClient {
  sendCommand(args: string[]): Promise<unknown>;
  duplicate(): NodeRedisClient;
  connect(): Promise<unknown>;
  subscribe(channel: string, listener: (message: string, channel: string) => void): Promise<unknown>;
  on(event: string, listener: (...args: string[]) => void): unknown;
  destroy(): void;
}

/** The clients with which the coordinator and the journal can use Redis. */
export type RedisClient = IoRedisClient | NodeRedisClient;

/** Receives the messages of a channel. */
export interface ChannelListener {
  readonly hear: (message: string) => void;
  /** Called when listening starts; messages may have been missed before. */
  readonly again: () => void;
  /** Called when listening stops, for now or for good. */
  readonly deaf: (reason?: unknown) => void;
}

/** The few operations that are needed of Redis, the same for every client. */
export interface RedisPort {
  command(...args: string[]): Promise<unknown>;
  /** Listens on a separate connection, until the returned function is called. */
  listen(channel: string, listener: ChannelListener): () => void;
  /**
   * Called if the server refuses writes because it is no longer the primary: the client should look for the new
   * one.
   */
  leaveReplica(): void;
}

/**
 * Provides one interface to both clients.
 *
 * @throws TypeError if the client is of neither package.
 */
export function redisPort(client: RedisClient, subject: string): RedisPort {
  if (isIoRedis(client)) return ioRedisPort(client);
  const { sendCommand, duplicate, slots } = (client ?? {}) as Partial<NodeRedisClient> & { slots?: unknown };
  if (typeof sendCommand === 'function' && typeof duplicate === 'function' && slots === undefined) {
    return nodeRedisPort(client);
  }
  const received =
    typeof sendCommand === 'function'
      ? 'a pool or a cluster of node-redis: pass a single client, or a Cluster of ioredis'
      : client === null
        ? 'null'
        : typeof client;
  throw new TypeError(
    `Cannot ${subject}: client must be a client of ioredis or of redis (node-redis), received ${received}`,
  );
}

function isIoRedis(client: RedisClient): client is IoRedisClient {
  return typeof (client as Partial<IoRedisClient> | null | undefined)?.call === 'function';
}

function ioRedisPort(client: IoRedisClient): RedisPort {
  return {
    command: (name = '', ...args) => client.call(name, ...args),
    listen(channel, { hear, again, deaf }) {
      // ioredis's own resubscription causes an unhandled rejection if the connection ends again.
      const subscriber = client.duplicate({ autoResubscribe: false });
      const subscribe = (): void => void subscriber.subscribe(channel).then(again, deaf);
      subscriber.on('error', ignore);
      subscriber.on('close', () => deaf());
      subscriber.on('message', (_channel: string, message: string) => hear(message));
      subscriber.on('ready', subscribe);
      // A client with `lazyConnect` connects here.
      subscriber.subscribe(channel).catch(ignore);
      return () => subscriber.disconnect();
    },
    leaveReplica: () => client.disconnect(true),
  };
}

function nodeRedisPort(client: NodeRedisClient): RedisPort {
  return {
    command: (...args) => client.sendCommand(args),
    listen(channel, { hear, again, deaf }) {
      const subscriber = client.duplicate();
      let isOver = false;
      subscriber.on('error', () => deaf());
      subscriber.on('ready', again);
      const subscribe = async (): Promise<void> => {
        await subscriber.connect();
        if (!isOver) await subscriber.subscribe(channel, hear);
        if (isOver) subscriber.destroy();
        else again();
      };
      subscribe().catch(deaf);
      return () => {
        isOver = true;
        try {
          subscriber.destroy();
        } catch {
          // It was never connected.
        }
      };
    },
    // node-redis has no method that reconnects and keeps waiting commands; its own reconnect strategy has to do it.
    leaveReplica: ignore,
  };
}

function ignore(): void {
  // Both clients report a lost connection in every command; the coordinator reports it once.
}

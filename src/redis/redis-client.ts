/** A client of ioredis 5 or later, as far as it is used here. A `Cluster` has the same methods. */
export interface IoRedisClient {
  call(command: string, ...args: string[]): Promise<unknown>;
  duplicate(options?: { readonly autoResubscribe: boolean }): IoRedisClient;
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

/** What is told of a channel. */
export interface ChannelListener {
  readonly hear: (message: string) => void;
  /** It is listened to; messages may have been missed before. */
  readonly again: () => void;
  /** It is not listened to for now, or not at all. */
  readonly deaf: (reason?: unknown) => void;
}

/** The little that is asked of Redis, the same for every client. */
export interface RedisPort {
  command(...args: string[]): Promise<unknown>;
  /**
   * Listens on a connection of its own, until the function that it returns is called.
   */
  listen(channel: string, listener: ChannelListener): () => void;
  /** The server takes no writes: it is no primary any more. The client shall look for the one that is. */
  leaveReplica(): void;
}

/**
 * Puts one face on both clients.
 *
 * @throws TypeError where the client is of neither package.
 */
export function redisPort(client: RedisClient, subject: string): RedisPort {
  if (isIoRedis(client)) return ioRedisPort(client);
  const { sendCommand, duplicate, slots } = (client ?? {}) as Partial<NodeRedisClient> & { slots?: unknown };
  if (typeof sendCommand === 'function' && typeof duplicate === 'function' && slots === undefined) {
    return nodeRedisPort(client);
  }
  const received =
    typeof sendCommand === 'function'
      ? 'a pool or a cluster of node-redis: give a single client, or a Cluster of ioredis'
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
      // Its own resubscription rejects unheard when the connection ends once more.
      const subscriber = client.duplicate({ autoResubscribe: false });
      const subscribe = (): void => void subscriber.subscribe(channel).then(again, deaf);
      subscriber.on('error', ignore);
      subscriber.on('close', () => deaf());
      subscriber.on('message', (_channel: string, message: string) => hear(message));
      subscriber.on('ready', subscribe);
      // A client with `lazyConnect` connects by it.
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
    // node-redis has no call that connects anew and keeps what waits; its own reconnect strategy has to do it.
    leaveReplica: ignore,
  };
}

function ignore(): void {
  // Both clients tell of a lost connection in every command; the coordinator says it once.
}

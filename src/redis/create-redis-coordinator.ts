import { randomUUID } from 'node:crypto';
import { channels } from '../observability/channels.js';
import type { Coordinator } from '../policies/options/coordinator.js';
import { checkCoordinatorOptions } from './check-redis-options.js';
import { type RedisClient, redisPort } from './redis-client.js';
import { RedisCoolDowns } from './redis-cool-downs.js';
import { RedisIds } from './redis-ids.js';
import { RedisLimit } from './redis-limit.js';
import { RedisLink } from './redis-link.js';

// A program that is exiting does not wait longer for Redis.
const closeWaitMs = 500;

/** Options of {@link createRedisCoordinator}. */
export interface RedisCoordinatorOptions {
  /** A client of `ioredis`, or a connected one of `redis` (node-redis). It is not closed by the coordinator. */
  readonly client: RedisClient;
  /** The prefix of every key and channel, the same in all processes of one account and address. Default `'weex:'`. */
  readonly prefix?: string | undefined;
  /**
   * For how long the share of a process that no longer reports is kept for it, in milliseconds from 1,000; one
   * window is added. Default 10,000.
   */
  readonly leaseMs?: number | undefined;
  /**
   * How long an order waits to learn whether its client order id is in doubt in another process, in milliseconds
   * from 1 to 5,000. If Redis answers later, the order is sent, unless the answer has arrived by then: so choose
   * more than a round trip to Redis takes. Default 25.
   */
  readonly idWaitMs?: number | undefined;
}

/** A coordinator of policies through Redis. */
export interface RedisCoordinator extends Coordinator {
  /** Whether Redis answers. Without it calls go on with the last share. */
  snapshot(): { readonly isConnected: boolean; readonly lostForMs: number };
  /**
   * Returns the shares to the other processes, and ends the subscription. The client stays open. Later calls have a
   * fiftieth of each limit.
   */
  close(): Promise<void>;
}

/**
 * Creates a coordinator that shares the rate limits and cool-downs of policies across processes and machines,
 * through Redis 5 or later, or Valkey. Pass it as `coordinator` to a policy, a `PolicyRegistry`, `WeexClient` or
 * `ResilienceModule`.
 *
 * Each process has a share of each limit, in proportion to its demand; all shares together are at most the limit,
 * and calls use the share without asking Redis. A rate-limit answer in one process starts the cool-down of all, and
 * one process sends the probe for all.
 *
 * A client order id in doubt in one process is in doubt in all of them, for a day; one that is in use in one
 * process is refused in the others.
 *
 * If Redis is slow or gone, no call waits or fails because of it: each process goes on with its last share, never
 * with the whole limit, and has its own cool-downs. A process that has never reached Redis has a fiftieth of the
 * limit.
 *
 * @throws TypeError that lists every invalid option.
 * @example
 * ```ts
 * import { Redis } from 'ioredis';
 * import { PolicyRegistry } from 'weex-resilience';
 * import { createRedisCoordinator } from 'weex-resilience/redis';
 *
 * const client = new Redis('redis://127.0.0.1:6379');
 * const coordinator = createRedisCoordinator({ client, prefix: 'desk-1:' });
 * const registry = new PolicyRegistry({ coordinator });
 * registry.define('orders', { rateLimit: { limit: 100, windowMs: 10_000, scope: 'orders' }, coolDown: true });
 * ```
 */
export function createRedisCoordinator(options: RedisCoordinatorOptions): RedisCoordinator {
  const { client, prefix = 'weex:', leaseMs = 10_000, idWaitMs = 25 } = checkCoordinatorOptions(options);
  const limits: RedisLimit[] = [];
  let isClosed = false;
  const link = new RedisLink(redisPort(client, 'create a Redis coordinator'), {
    lost: (error) => {
      coolDowns.lost();
      if (channels.coordinatorLost.hasSubscribers)
        channels.coordinatorLost.publish({ at: Date.now(), error }, undefined);
    },
    regained: (lostForMs) => {
      coolDowns.catchUp();
      ids.tell();
      if (channels.coordinatorRegained.hasSubscribers) {
        channels.coordinatorRegained.publish({ at: Date.now(), lostForMs }, undefined);
      }
    },
  });
  const coolDowns = new RedisCoolDowns(link, prefix);
  const ids = new RedisIds(link, prefix, idWaitMs);
  return {
    joinLimit(scope, member) {
      // Two registries of one process with the same scope are two members.
      const limit = new RedisLimit(link, `${prefix}limit:{${scope}}`, member, leaseMs, randomUUID());
      if (isClosed) void limit.close();
      else limits.push(limit);
      return limit;
    },
    joinCoolDown: (scope, member) => coolDowns.join(scope, member),
    claimId: (id, kind) => ids.claim(id, kind),
    snapshot: () => ({ isConnected: !link.isLost, lostForMs: Math.round(link.lostForMs) }),
    async close() {
      isClosed = true;
      coolDowns.close();
      ids.close();
      link.close();
      const given = Promise.all(limits.splice(0).map((limit) => limit.close()));
      // Without an answer the leases expire by themselves.
      let timer: NodeJS.Timeout | undefined;
      const patience = new Promise<void>((resolve) => (timer = setTimeout(resolve, closeWaitMs)));
      await Promise.race([given, patience]);
      clearTimeout(timer);
    },
  };
}

import { randomUUID } from 'node:crypto';
import { channels } from '../observability/channels.js';
import type { Coordinator } from '../policies/options/coordinator.js';
import { checkRedisOptions } from './check-redis-options.js';
import { type CoolDownMessage, RedisCoolDown } from './redis-cool-down.js';
import { type RedisClient, redisPort } from './redis-client.js';
import { claimId } from './redis-ids.js';
import { RedisLimit } from './redis-limit.js';
import { RedisLink } from './redis-link.js';

// A program that ends waits no longer for Redis.
const closeWaitMs = 500;

/** Options of {@link createRedisCoordinator}. */
export interface RedisCoordinatorOptions {
  /** A client of `ioredis`, or a connected one of `redis` (node-redis). It stays yours: close it yourself. */
  readonly client: RedisClient;
  /** What every key and channel begins with. All processes of one account and address give the same. Default `'weex:'`. */
  readonly prefix?: string | undefined;
  /**
   * How long the share of a process that no longer reports is kept for it, in milliseconds from 1,000; one window is
   * added. Default 10,000.
   */
  readonly leaseMs?: number | undefined;
}

/** A coordinator of policies by Redis. */
export interface RedisCoordinator extends Coordinator {
  /** Whether Redis answers. Without it, calls continue with the last share. */
  snapshot(): { readonly isConnected: boolean; readonly lostForMs: number };
  /** Gives the shares back to the other processes, and ends the subscription. The client stays open. */
  close(): Promise<void>;
}

/**
 * Makes the rate limits and cool-downs of policies hold across processes and machines, through Redis 5 or later, or
 * Valkey. Give it as `coordinator` to a policy, a `PolicyRegistry`, `WeexClient` or `ResilienceModule`.
 *
 * Each process holds a share of each limit, by its part of the demand; all shares together are at most the limit, and
 * calls take from the share without asking Redis. A rate-limit answer in one process starts the cool-down of all, and
 * one process sends the probe for all.
 *
 * A client order id in doubt in one process is in doubt in all of them, for a day.
 *
 * If Redis is slow or gone, no call waits or fails because of it: each process continues with its last share, never
 * with the whole limit, and with its own cool-downs. A process that has never reached Redis has a fiftieth of the
 * limit.
 *
 * @throws TypeError that names every unknown or invalid option.
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
  const {
    client,
    prefix = 'weex:',
    leaseMs = 10_000,
  } = checkRedisOptions(options, 'create a Redis coordinator');
  const coolDowns = new Map<string, Set<RedisCoolDown>>();
  const limits: RedisLimit[] = [];
  const at = (): number => Date.now();
  const link = new RedisLink(redisPort(client, 'create a Redis coordinator'), {
    lost: (error) => {
      for (const members of coolDowns.values()) for (const coolDown of members) coolDown.lost();
      if (channels.coordinatorLost.hasSubscribers)
        channels.coordinatorLost.publish({ at: at(), error }, undefined);
    },
    regained: (lostForMs) => {
      for (const members of coolDowns.values()) for (const coolDown of members) void coolDown.catchUp();
      if (channels.coordinatorRegained.hasSubscribers) {
        channels.coordinatorRegained.publish({ at: at(), lostForMs }, undefined);
      }
    },
  });
  const channel = `${prefix}cool-downs`;
  let stop: (() => void) | undefined;
  const hear = (text: string): void => {
    const message = readMessage(text);
    for (const coolDown of (message && coolDowns.get(message.scope)) ?? [])
      coolDown.hear(message as CoolDownMessage);
  };
  return {
    joinLimit(scope, member) {
      // Two registries of one process that name the same scope are two members.
      const limit = new RedisLimit(link, `${prefix}limit:{${scope}}`, member, leaseMs, randomUUID());
      limits.push(limit);
      return limit;
    },
    joinCoolDown(scope, member) {
      stop ??= link.listen(channel, hear);
      const coolDown = new RedisCoolDown(link, prefix, scope, channel, member);
      coolDowns.set(scope, (coolDowns.get(scope) ?? new Set()).add(coolDown));
      return coolDown;
    },
    claimId: (id) => claimId(link, prefix, id),
    snapshot: () => ({ isConnected: !link.isLost, lostForMs: Math.round(link.lostForMs) }),
    async close() {
      stop?.();
      const given = Promise.all(limits.map((limit) => limit.close()));
      // Without an answer the leases end by themselves.
      let timer: NodeJS.Timeout | undefined;
      const patience = new Promise<void>((resolve) => (timer = setTimeout(resolve, closeWaitMs)));
      await Promise.race([given, patience]);
      clearTimeout(timer);
    },
  };
}

function readMessage(text: string): CoolDownMessage | undefined {
  try {
    const message = JSON.parse(text) as Partial<CoolDownMessage> | null;
    return typeof message?.scope === 'string' && typeof message.from === 'string'
      ? (message as CoolDownMessage)
      : undefined;
  } catch {
    // Somebody else's message.
    return undefined;
  }
}

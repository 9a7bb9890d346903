import type { Redis } from 'ioredis';
import { vi } from 'vitest';
import { PolicyRegistry, type RateLimitOptions, type ResiliencePolicy } from '../../src/index.js';
import type { SharedLimit } from '../../src/policies/options/coordinator.js';
import { RedisLimit } from '../../src/redis/redis-limit.js';
import type { RedisLink } from '../../src/redis/redis-link.js';
import { createRandom } from '../../src/testing/seeded-random.js';

/** One process of the simulated fleet. */
export interface SimulatedProcess {
  readonly policy: ResiliencePolicy;
  readonly limit: SharedLimit;
  /** When each of its requests reached the exchange, and how long each critical call took. */
  readonly sentAt: number[];
  readonly criticalMs: number[];
  /** Calls a second that it wants to make. */
  wanted: number;
  isAlive: boolean;
}

/** Requests that another program sends count as well. */
export interface FleetOptions {
  readonly redis: Redis;
  readonly processes: number;
  readonly rateLimit: RateLimitOptions & { readonly windowMs: number };
  readonly seed?: number;
  /** How long Redis takes. */
  readonly redisMs?: number;
  readonly deadlineMs?: number;
  /** The interval in milliseconds between critical calls in each process. */
  readonly criticalEveryMs?: number;
}

/**
 * Policies of many processes that share a limit through the scripts of a real Redis, in virtual time: timers are fake,
 * and the scripts receive the time.
 */
export class SimulatedFleet {
  readonly #options: FleetOptions;
  readonly #random: () => number;
  readonly processes: SimulatedProcess[] = [];
  #asked = 0;
  /** How long Redis takes to answer, from now on; `undefined`: it does not. */
  redisMs: number | undefined;
  readonly #held: (() => void)[] = [];
  #nextId = 0;

  constructor(options: FleetOptions) {
    this.#options = options;
    this.#random = createRandom(options.seed ?? 1);
    this.redisMs = options.redisMs ?? 1;
    vi.useFakeTimers({
      toFake: ['setTimeout', 'clearTimeout', 'performance', 'Date'],
      now: 1_700_000_000_000,
    });
    for (let count = 0; count < options.processes; count += 1) this.add();
  }

  /** Starts another process. */
  add(): SimulatedProcess {
    const { rateLimit } = this.#options;
    let limit: SharedLimit | undefined;
    const id = `p${(this.#nextId += 1)}`;
    const registry = new PolicyRegistry({
      coordinator: {
        joinLimit: (_scope, member) =>
          (limit = new RedisLimit(
            this.#link(() => process.isAlive),
            'limit',
            member,
            10_000,
            id,
          )),
        joinCoolDown: () => ({ activated: () => undefined, mayProbe: () => true, ramping: () => undefined }),
      },
    });
    const clock = {
      now: () => performance.now(),
      setTimeout: (fn: () => void, ms: number) => setTimeout(fn, ms),
      clearTimeout: (handle: unknown) => clearTimeout(handle as NodeJS.Timeout),
    };
    const process: SimulatedProcess = {
      policy: undefined as unknown as ResiliencePolicy,
      limit: undefined as unknown as SharedLimit,
      sentAt: [],
      criticalMs: [],
      wanted: 0,
      isAlive: true,
    };
    const policy = registry.define('orders', {
      deadlineMs: this.#options.deadlineMs ?? 4_000,
      clock,
      rateLimit: { ...rateLimit, scope: 'all' },
    });
    Object.assign(process, { policy, limit });
    this.processes.push(process);
    this.#live(process);
    return process;
  }

  /** What a process that dies does: nothing any more. */
  kill(process: SimulatedProcess): void {
    process.isAlive = false;
  }

  /** Lets virtual time pass. */
  async run(ms: number): Promise<void> {
    const end = performance.now() + ms;
    while (performance.now() < end) {
      await vi.advanceTimersByTimeAsync(1);
      while (this.#asked > 0) await new Promise((resolve) => setImmediate(resolve));
    }
  }

  /** Redis answers again, what was asked meanwhile first. */
  async resume(redisMs = 1): Promise<void> {
    this.redisMs = redisMs;
    for (const ask of this.#held.splice(0)) ask();
  }

  end(): void {
    for (const process of this.processes) process.isAlive = false;
    vi.clearAllTimers();
    vi.useRealTimers();
  }

  /** Calls and critical calls of a process, for as long as it lives. */
  #live(process: SimulatedProcess): void {
    const { criticalEveryMs } = this.#options;
    let due = 0;
    let waiting = 0;
    let sinceCritical = this.#random() * (criticalEveryMs ?? 0);
    const tick = (): void => {
      if (!process.isAlive) return;
      due = Math.min(due + process.wanted / 100, 200);
      while (due >= 1) {
        due -= 1;
        if (waiting >= 15) continue;
        waiting += 1;
        void this.call(process, 'normal').finally(() => (waiting -= 1));
      }
      sinceCritical += 10;
      if (criticalEveryMs !== undefined && sinceCritical >= criticalEveryMs) {
        sinceCritical -= criticalEveryMs;
        const begunAt = performance.now();
        void this.call(process, 'critical').then(() => process.criticalMs.push(performance.now() - begunAt));
      }
      setTimeout(tick, 10);
    };
    setTimeout(tick, 10 * this.#random());
  }

  async call(process: SimulatedProcess, priority: 'normal' | 'critical', cost = 1): Promise<void> {
    const rttMs = 2 + this.#random() * 6;
    const send = async (): Promise<void> => {
      if (!process.isAlive) return;
      await new Promise((resolve) => setTimeout(resolve, rttMs / 2));
      for (let count = 0; count < cost; count += 1) process.sentAt.push(performance.now());
      await new Promise((resolve) => setTimeout(resolve, rttMs / 2));
    };
    await process.policy.execute(send, { priority, cost }).catch(() => undefined);
  }

  #link(isAlive: () => boolean): RedisLink {
    const run = async (script: string, key: string, args: readonly (string | number)[]): Promise<unknown> => {
      if (!isAlive()) return new Promise(() => undefined);
      if (this.redisMs === undefined) await new Promise<void>((resolve) => this.#held.push(resolve));
      const half = Math.max(0.5, (this.redisMs ?? 1) / 2);
      await new Promise((resolve) => setTimeout(resolve, half));
      const answer = await this.#evaluate(script, key, args);
      await new Promise((resolve) => setTimeout(resolve, half));
      return isAlive() ? answer : new Promise(() => undefined);
    };
    return { run, isLost: false, noteTime: () => undefined } as unknown as RedisLink;
  }

  async #evaluate(script: string, key: string, args: readonly (string | number)[]): Promise<unknown> {
    const now = Date.now();
    const time = JSON.stringify([Math.floor(now / 1_000), (now % 1_000) * 1_000]);
    this.#asked += 1;
    try {
      return await this.#options.redis.eval(inVirtualTime(script), 1, key, ...args, time);
    } finally {
      this.#asked -= 1;
    }
  }
}

/** The script with a clock and an age of the server from outside. */
function inVirtualTime(script: string): string {
  if (!script.includes(readsTime)) throw new Error('The script reads no time');
  return script.replace(readsTime, 'cjson.decode(ARGV[2])').replace(readsAge, "'uptime_in_seconds:99'");
}
const readsTime = "redis.call('TIME')";
const readsAge = "redis.pcall('INFO', 'server')";

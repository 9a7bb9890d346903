import { setTimeout as wait } from 'node:timers/promises';
import { Agent } from 'node:http';
import axios, { type AxiosInstance } from 'axios';
import {
  bulkhead,
  circuitBreaker,
  ConsecutiveBreaker,
  ExponentialBackoff,
  handleAll,
  retry,
  wrap,
} from 'cockatiel';
import { attachWeexErrors, createPolicy } from 'weex-resilience';
import { startExchange } from 'weex-resilience/testing';
import { quantile } from './quantile.js';

const limit = 100;
const windowMs = 1_000;
const floodMs = 8_000;
const cancelEveryMs = 200;
// Five times the allowance.
const readEveryMs = windowMs / (5 * limit);

/** How one contestant sends its requests. */
interface Contestant {
  readonly read: (work: () => Promise<unknown>) => Promise<unknown>;
  readonly cancel: (work: () => Promise<unknown>) => Promise<unknown>;
}

const contestants: Readonly<Record<string, (http: AxiosInstance) => Contestant>> = {
  'weex-resilience': (http) => {
    attachWeexErrors(http);
    const policy = createPolicy({
      name: 'flood',
      deadlineMs: 2_000,
      effect: 'read',
      retry: { maxRetries: 2 },
      bulkhead: { limit: 20, queue: 200, reserved: { critical: 2 } },
      rateLimit: { limit, windowMs },
      coolDown: true,
    });
    return {
      read: (work) => policy.execute(work),
      cancel: (work) => policy.execute(work, { priority: 'critical' }),
    };
  },
  cockatiel: () => {
    const policy = wrap(
      retry(handleAll, { maxAttempts: 2, backoff: new ExponentialBackoff() }),
      circuitBreaker(handleAll, { halfOpenAfter: 1_000, breaker: new ConsecutiveBreaker(5) }),
      bulkhead(20, 200),
    );
    return { read: (work) => policy.execute(work), cancel: (work) => policy.execute(work) };
  },
};

/** The result of a flood. */
export interface FloodResult {
  readonly contestant: string;
  readonly cancels: number;
  readonly failedCancels: number;
  /** 99th percentile of the cancels during the flood, relative to that of cancels alone. */
  readonly cancelRatio: number;
  /** Answered requests relative to what the limit allows. */
  readonly goodput: number;
  readonly rateLimited: number;
}

/** Reads for five times the limit, and five cancels per second among them. */
export async function flood(contestant: string, seed: number): Promise<FloodResult> {
  const exchange = await startExchange({
    seed,
    limits: { weight: { limit, windowMs }, orders: false, banMs: 2_000 },
  });
  const httpAgent = new Agent({ keepAlive: true });
  const http = axios.create({ baseURL: exchange.url, httpAgent, timeout: 3_000 });
  const make = contestants[contestant];
  if (!make) throw new Error(`Cannot run the flood: no contestant is named ${contestant}`);
  const { read, cancel } = make(http);
  // The time endpoint has weight 1 like a cancel, and needs no existing order.
  const request = (): Promise<unknown> => http.get('/capi/v3/market/time');
  const latencies = async (count: number): Promise<(number | undefined)[]> => {
    const running: Promise<number | undefined>[] = [];
    for (let index = 0; index < count; index += 1) {
      const startedAt = performance.now();
      running.push(
        // A request that a limiter drops may never settle.
        Promise.race([cancel(request), neverSettled()]).then(
          () => performance.now() - startedAt,
          () => undefined,
        ),
      );
      await wait(cancelEveryMs);
    }
    return Promise.all(running);
  };
  // The first requests of a process are slower than the others.
  for (let index = 0; index < 20; index += 1) await cancel(request);
  const alone = await latencies(25);
  await wait(windowMs);

  const requestsBefore = exchange.requests.length;
  const startedAt = performance.now();
  const calls: Promise<unknown>[] = [];
  let sent = 0;
  const flooding = setInterval(() => {
    const due = Math.floor((performance.now() - startedAt) / readEveryMs);
    for (; sent < due; sent += 1) calls.push(read(request).catch(() => undefined));
  }, 5);
  const through = await latencies(floodMs / cancelEveryMs);
  clearInterval(flooding);
  const elapsedMs = performance.now() - startedAt;
  const answered = exchange.requests.slice(requestsBefore);
  await Promise.race([Promise.all(calls), wait(3_000)]);
  await exchange.close();
  httpAgent.destroy();
  const done = through.filter((latency) => latency !== undefined);
  return {
    contestant,
    cancels: through.length,
    failedCancels: through.length - done.length,
    cancelRatio:
      quantile(done, 0.99) /
      quantile(
        alone.filter((latency) => latency !== undefined),
        0.99,
      ),
    goodput: answered.filter(({ status }) => status === 200).length / (limit * (elapsedMs / windowMs)),
    rateLimited: answered.filter(({ status }) => status === 429).length,
  };
}

async function neverSettled(): Promise<never> {
  await wait(3_000);
  throw new Error('never settled');
}

export const floodContestants: readonly string[] = Object.keys(contestants);

import { Agent } from 'node:http';
import { setTimeout as wait } from 'node:timers/promises';
import axios, { type AxiosInstance } from 'axios';
import axiosRetry from 'axios-retry';
import {
  circuitBreaker,
  ConsecutiveBreaker,
  ExponentialBackoff,
  handleAll,
  retry,
  timeout,
  TimeoutStrategy,
  wrap,
} from 'cockatiel';
import { attachWeexErrors, createPolicy } from 'weex-resilience';
import { startExchange } from 'weex-resilience/testing';

const callers = 50;
const outageMs = 4_000;
const pauseMs = 10;

type Send = (request: () => Promise<unknown>) => Promise<unknown>;

const contestants: Readonly<Record<string, (http: AxiosInstance) => Send>> = {
  'weex-resilience': (http) => {
    attachWeexErrors(http);
    const policy = createPolicy({
      name: 'outage',
      deadlineMs: 3_000,
      attemptTimeoutMs: 1_000,
      effect: 'read',
      retry: {
        maxRetries: 3,
        backoff: { initialDelayMs: 50, maxDelayMs: 1_000 },
        budget: { ratio: 0.1, minPerSecond: 1 },
      },
      circuitBreaker: { failureRate: 0.5, windowMs: 2_000, minimumCalls: 10, halfOpenAfterMs: 100 },
      bulkhead: { limit: 50, queue: 100 },
    });
    return (request) => policy.execute(request);
  },
  cockatiel: () => {
    const policy = wrap(
      retry(handleAll, {
        maxAttempts: 3,
        backoff: new ExponentialBackoff({ initialDelay: 50, maxDelay: 1_000 }),
      }),
      circuitBreaker(handleAll, { halfOpenAfter: 100, breaker: new ConsecutiveBreaker(5) }),
      timeout(1_000, TimeoutStrategy.Aggressive),
    );
    return (request) => policy.execute(request);
  },
  'axios-retry': (http) => {
    axiosRetry(http, {
      retries: 3,
      retryDelay: (count) => axiosRetry.exponentialDelay(count, undefined, 50),
    });
    return (request) => request();
  },
};

/** The result of an outage. */
export interface OutageResult {
  readonly contestant: string;
  /** Requests that reached the exchange while it was down, per call that started then. */
  readonly requestsPerCall: number;
  /** How long after the end the throughput was back at nine tenths of the earlier one, in milliseconds. */
  readonly recoveryMs: number;
  readonly unsettled: number;
}

/** Fifty callers, each with one call after the other, while the exchange fails for four seconds. */
export async function outage(contestant: string, seed: number): Promise<OutageResult> {
  const exchange = await startExchange({ seed, limits: { weight: false, orders: false } });
  const httpAgent = new Agent({ keepAlive: true });
  const http = axios.create({ baseURL: exchange.url, httpAgent, timeout: 2_000 });
  const make = contestants[contestant];
  if (!make) throw new Error(`Cannot run the outage: no contestant is named ${contestant}`);
  const send = make(http);
  const started: number[] = [];
  const succeeded: number[] = [];
  let settled = 0;
  const run = { isOver: false };
  const loops = Array.from({ length: callers }, async () => {
    while (!run.isOver) {
      started.push(performance.now());
      await send(() => http.get('/capi/v3/market/time')).then(
        () => succeeded.push(performance.now()),
        () => undefined,
      );
      settled += 1;
      await wait(pauseMs);
    }
  });
  await wait(2_000);
  const requestsBefore = exchange.requests.length;
  const from = performance.now();
  const stop = exchange.inject({ kind: 'server-error', status: 503 });
  await wait(outageMs);
  stop();
  const to = performance.now();
  const requestsDuring = exchange.requests.length - requestsBefore;
  await wait(3_000);
  run.isOver = true;
  await Promise.race([Promise.all(loops), wait(5_000, undefined, { ref: false })]);
  await exchange.close();
  httpAgent.destroy();
  const count = (times: readonly number[], begin: number, end: number): number =>
    times.filter((time) => time >= begin && time < end).length;
  const perMs = count(succeeded, from - 1_000, from) / 1_000;
  const slice = 50;
  let recoveryMs = 0;
  while (
    recoveryMs < 3_000 &&
    count(succeeded, to + recoveryMs, to + recoveryMs + slice) < 0.9 * perMs * slice
  ) {
    recoveryMs += 10;
  }
  return {
    contestant,
    requestsPerCall: requestsDuring / count(started, from, to),
    recoveryMs,
    unsettled: started.length - settled,
  };
}

export const outageContestants: readonly string[] = Object.keys(contestants);

import { setTimeout as wait } from 'node:timers/promises';
import type { AxiosInstance } from 'axios';
import { attachWeexErrors, PolicyRegistry, type RateLimitOptions } from 'weex-resilience';
import {
  createRandom,
  rehearse,
  type RehearsalContext,
  type SimulatedRequest,
} from 'weex-resilience/testing';
import { quantile } from './storms/quantile.js';

/** BENCH_SEEDS: the number of seeds. BENCH_FLOODS: prefixes of the names of floods, separated by commas. */
const seeds = Array.from({ length: Number(process.env['BENCH_SEEDS'] ?? 10) }, (_, index) => index + 1);

const allowed = { limit: 100, windowMs: 10_000 };
const banMs = 10_000;
/** How long a request takes to reach the exchange. */
const flightMs = 50;
const dayMs = 300_000;
const cancelEveryMs = 2_000;
/** The reads add up to five times the allowance. */
const readEveryMs = allowed.windowMs / (5 * allowed.limit);

interface Flood {
  readonly rateLimit: RateLimitOptions;
  /** Whether the headers omit the limit. */
  readonly hidden?: boolean;
  /** The share of the allowance that other clients use, at their own times. */
  readonly strangers?: number;
}

const floods: Readonly<Record<string, Flood>> = {
  'known limit': { rateLimit: allowed },
  'known limit, adaptive': { rateLimit: { ...allowed, adaptive: true } },
  'strangers take a quarter': { rateLimit: { ...allowed, adaptive: true }, strangers: 0.25 },
  'to be learned: twice the limit stated, no headers': {
    rateLimit: { ...allowed, limit: 2 * allowed.limit, adaptive: true },
    hidden: true,
  },
};

interface Cancel {
  readonly at: number;
  readonly tookMs: number;
}

interface Result {
  readonly goodput: number;
  readonly cancelRatio: number;
  /** Of the cancels that did not start during a ban. */
  readonly unbannedRatio: number;
  /** Of the time that cancels lost beyond bans, during which the exchange answers no request. */
  readonly beyondRatio: number;
  readonly failedCancels: number;
  readonly bans: number;
}

async function run({ rateLimit, hidden = false, strangers = 0 }: Flood, seed: number): Promise<Result> {
  // Starts at a random time of the exchange's window.
  const aloneMs = 60_000 + allowed.windowMs * createRandom(`flood ${seed}`)();
  const alone: Cancel[] = [];
  const through: Cancel[] = [];
  let failedCancels = 0;
  const flood = async ({ axios, clock, signal }: RehearsalContext): Promise<void> => {
    if (hidden) hideLimits(axios);
    attachWeexErrors(axios);
    // Outside a registry it would share the cool-down with the previous run.
    const policy = new PolicyRegistry().define('flood', {
      effect: 'read',
      deadlineMs: 30_000,
      retry: { maxRetries: 2 },
      bulkhead: { limit: 20, queue: 100, reserved: { critical: 2 } },
      rateLimit,
      coolDown: true,
    });
    // The signal tells the interceptor to which call the headers belong.
    const request = ({ signal: ofCall }: { signal: AbortSignal }): Promise<unknown> =>
      axios.get('/capi/v3/market/time', { signal: ofCall });
    const openedAt = clock.now();
    const cancel = async (done: Cancel[]): Promise<void> => {
      const at = clock.now() - openedAt;
      try {
        await policy.execute(request, { priority: 'critical' });
        done.push({ at, tookMs: clock.now() - openedAt - at });
      } catch {
        failedCancels += 1;
      }
    };
    const every = (ms: number, start: () => Promise<unknown>): NodeJS.Timeout =>
      setInterval(() => void start().catch(() => undefined), ms);
    const first = every(cancelEveryMs, () => cancel(alone));
    await wait(aloneMs);
    clearInterval(first);
    const timers = [
      every(cancelEveryMs, () => cancel(through)),
      every(readEveryMs, () => policy.execute(request)),
    ];
    if (strangers > 0) void takeAway(axios, strangers, seed, signal);
    await new Promise((resolve) => {
      signal.addEventListener('abort', resolve);
    });
    for (const timer of timers) clearInterval(timer);
    await wait(40_000);
  };
  const { requests } = await rehearse({
    seed,
    scenario: { name: 'flood', phases: [{ name: 'flood', durationMs: dayMs }] },
    exchange: { limits: { weight: allowed, orders: false } },
    shrinkRuns: 0,
    run: flood,
  });
  const during = requests.filter(({ at }) => at > aloneMs && at < dayMs);
  const served = during.filter(({ status }) => status === 200).length;
  const bans = bansOf(during.filter(({ status }) => status === 429));
  const unbanned = through.filter(({ at }) => endOfBan(bans, at) === at);
  const beyond = through.map(({ at, tookMs }) => ({ at, tookMs: at + tookMs - endOfBan(bans, at) }));
  return {
    goodput: served / ((allowed.limit * (dayMs - aloneMs)) / allowed.windowMs),
    cancelRatio: p99(through) / p99(alone),
    unbannedRatio: p99(unbanned) / p99(alone),
    beyondRatio: p99(beyond) / p99(alone),
    failedCancels,
    bans: bans.length,
  };
}

function p99(cancels: readonly Cancel[]): number {
  return quantile(
    cancels.map(({ tookMs }) => tookMs),
    0.99,
  );
}

/** When bans started: everything refused during a ban belongs to it, whoever sent it. */
function bansOf(refused: readonly SimulatedRequest[]): number[] {
  const bans: number[] = [];
  for (const { at } of refused) if (at >= (bans.at(-1) ?? -Infinity) + banMs) bans.push(at);
  return bans;
}

/** The earliest time at which a request of this time could have been answered: at once, or at the end of the ban. */
function endOfBan(bans: readonly number[], at: number): number {
  const ban = bans.find((begin) => at + flightMs >= begin && at < begin + banMs);
  return ban === undefined ? at : endOfBan(bans, ban + banMs);
}

function hideLimits(axios: AxiosInstance): void {
  const hide = (headers: unknown): void => {
    for (const name of Object.keys(headers as object)) {
      if (/^x-(used|remaining)/i.test(name)) delete (headers as Record<string, unknown>)[name];
    }
  };
  axios.interceptors.response.use(
    (response) => {
      hide(response.headers);
      return response;
    },
    (error: Error & { response?: { headers: unknown } }) => {
      if (error.response) hide(error.response.headers);
      throw error;
    },
  );
}

async function takeAway(
  axios: AxiosInstance,
  share: number,
  seed: number,
  signal: AbortSignal,
): Promise<void> {
  const random = createRandom(`strangers ${seed}`);
  while (!signal.aborted) {
    // In bursts of ten, since other clients do not send evenly.
    await wait((2 * random() * 10 * allowed.windowMs) / (share * allowed.limit));
    for (let index = 0; index < 10; index += 1) void axios.get('/capi/v3/market/time').catch(() => undefined);
  }
}

const table: Record<string, Record<string, string | number>> = {};
const wanted = process.env['BENCH_FLOODS']?.split(',') ?? [''];
for (const [name, flood] of Object.entries(floods)) {
  if (!wanted.some((beginning) => name.startsWith(beginning))) continue;
  const results: Result[] = [];
  for (const seed of seeds) results.push(await run(flood, seed));
  const median = (pick: (result: Result) => number): string => quantile(results.map(pick), 0.5).toFixed(2);
  table[name] = {
    'goodput of the allowed': median(({ goodput }) => goodput),
    'cancel p99 over unloaded': median(({ cancelRatio }) => cancelRatio),
    'outside of bans': median(({ unbannedRatio }) => unbannedRatio),
    'beyond bans': median(({ beyondRatio }) => beyondRatio),
    'failed cancels': results.reduce((sum, { failedCancels }) => sum + failedCancels, 0),
    'bans, median': median(({ bans }) => bans),
    most: Math.max(...results.map(({ bans }) => bans)),
  };
}
console.log(
  `Five minutes of five times the limit through one policy, with a critical cancel every two seconds; ${seeds.length} seeds`,
);
console.table(table);

import { type ChildProcess, fork } from 'node:child_process';
import { type SimulatedExchange, startExchange } from 'weex-resilience/testing';
import type { RedisServer } from './redis-server.js';
import type { TraderReport, TraderTask } from './trader.js';

/** One run of the fleet. */
export interface FleetOptions {
  readonly redis: RedisServer;
  readonly isCoordinated: boolean;
  readonly processes: number;
  readonly seconds: number;
  /** Their combined demand, as a multiple of the limit. */
  readonly demand: number;
  /** Whether they also place orders. Default `true`. */
  readonly placesOrders?: boolean | undefined;
  /** The port for their connections to Redis. Default: the port of Redis. */
  readonly redisPort?: number | undefined;
  /** A disturbance, started after a third of the time. */
  readonly disturb?: ((traders: readonly ChildProcess[]) => Promise<void>) | undefined;
}

/** The result of a run. */
export interface FleetResult {
  /** Answers with status 429 or 418. */
  readonly refused: number;
  /** What got through, as a share of what the limit allows in the time. */
  readonly goodput: number;
  /** The same, from one second after the disturbance started. */
  readonly goodputSince: number;
  /** What the process with the fewest successes got through, relative to the one with the most. */
  readonly evenness: number;
  readonly criticalP99Ms: number;
  readonly failed: number;
  readonly orders: number;
  readonly secondOrders: number;
  readonly recovered: number;
  readonly redisLost: number;
}

const limit = 200;
const windowMs = 1_000;

/** Runs several trading processes with one account on a simulated exchange. */
export async function runFleet(options: FleetOptions): Promise<FleetResult> {
  const { redis, isCoordinated, processes, seconds, demand, disturb } = options;
  await redis.flush();
  const exchange = await startExchange({
    seed: 16,
    limits: { weight: { limit, windowMs }, orders: false, banMs: 3_000 },
  });
  const task: TraderTask = {
    url: exchange.url,
    credentials: exchange.credentials,
    redisPort: options.redisPort ?? redis.port,
    isCoordinated,
    placesOrders: options.placesOrders ?? true,
    limit,
    windowMs,
    wanted: (limit * demand * 1_000) / windowMs / processes,
  };
  const traders = Array.from({ length: processes }, () =>
    fork(new URL('trader.js', import.meta.url), { env: { ...process.env, TASK: JSON.stringify(task) } }),
  );
  try {
    // Waits until all have started and have their shares.
    await Promise.all(traders.map((trader) => new Promise((resolve) => trader.once('message', resolve))));
    await pause(3_000);
    for (const trader of traders) trader.send('count');
    const begin = mark(exchange);
    await pause((seconds * 1_000) / 3);
    const disturbed = disturb?.(traders);
    await pause(1_000);
    const since = mark(exchange);
    await pause((seconds * 2_000) / 3 - 1_000);
    await disturbed;
    const end = mark(exchange);
    const requests = exchange.requests.slice(begin.count, end.count);
    const reports = await Promise.all(traders.map(reportOf));
    const alive = reports.filter((report) => report !== undefined);
    const counts = alive.map(({ succeeded }) => succeeded);
    const ids = exchange.orders.map(({ clientOrderId }) => clientOrderId);
    return {
      refused: requests.filter(({ status }) => status === 429 || status === 418).length,
      goodput: goodputOf(exchange, begin, end),
      goodputSince: goodputOf(exchange, since, end),
      evenness: Math.min(...counts) / Math.max(...counts),
      criticalP99Ms: quantile(
        alive.flatMap(({ criticalMs }) => criticalMs),
        0.99,
      ),
      failed: sum(alive.map((report) => report.failed)),
      orders: ids.length,
      secondOrders: ids.length - new Set(ids).size,
      recovered: sum(alive.map((report) => report.recovered)),
      redisLost: sum(alive.map((report) => report.redisLost)),
    };
  } finally {
    for (const trader of traders) trader.kill('SIGKILL');
    await exchange.close();
  }
}

interface Mark {
  readonly at: number;
  /** How many requests had arrived by then. */
  readonly count: number;
}

const mark = ({ requests }: SimulatedExchange): Mark => ({ at: performance.now(), count: requests.length });

function goodputOf({ requests }: SimulatedExchange, from: Mark, to: Mark): number {
  const answered = requests
    .slice(from.count, to.count)
    .filter(({ status, operation }) => status === 200 && operation === 'getServerTime');
  return answered.length / ((limit * (to.at - from.at)) / windowMs);
}

/** A killed process reports nothing. */
async function reportOf(trader: ChildProcess): Promise<TraderReport | undefined> {
  if (!trader.connected) return undefined;
  const report = new Promise<TraderReport>((resolve) =>
    trader.once('message', (message) => resolve(message as TraderReport)),
  );
  trader.send('stop');
  return report;
}

function quantile(values: readonly number[], at: number): number {
  const sorted = values.toSorted((left, right) => left - right);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * at))] ?? Number.NaN;
}

const sum = (values: readonly number[]): number => values.reduce((all, value) => all + value, 0);

/** Resolves after a time. */
export const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

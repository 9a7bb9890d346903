// One trading process of the fleet: it needs more than the limit, makes an occasional critical call and order, and
// settles what killed processes left open. It reports to the parent when asked to stop.
import axios from 'axios';
import { attachWeexErrors, onResilienceEvent, PolicyRegistry, recoverIntents } from 'weex-resilience';
import { WeexClient } from 'weex-resilience/client';
import { createRedisCoordinator, createRedisJournal } from 'weex-resilience/redis';
import { connect } from './redis-server.js';

/** The task of a trader. */
export interface TraderTask {
  readonly url: string;
  readonly credentials: { readonly apiKey: string; readonly secretKey: string; readonly passphrase: string };
  readonly redisPort: number;
  readonly isCoordinated: boolean;
  readonly limit: number;
  readonly windowMs: number;
  /** Calls per second that it wants to make. */
  readonly wanted: number;
  /** Whether it also places orders, and settles those of killed processes. */
  readonly placesOrders: boolean;
}

/** What a trader reports. */
export interface TraderReport {
  readonly succeeded: number;
  readonly failed: number;
  /** How long each critical call took, in milliseconds. */
  readonly criticalMs: readonly number[];
  /** What this process settled for killed ones. */
  readonly recovered: number;
  readonly redisLost: number;
}

const task = JSON.parse(process.env['TASK'] ?? '') as TraderTask;
const { url, credentials, redisPort, isCoordinated, limit, windowMs, placesOrders } = task;
let { wanted } = task;
const redis = connect(redisPort);
const coordinator = isCoordinated ? createRedisCoordinator({ client: redis, prefix: 'fleet:' }) : undefined;
const registry = new PolicyRegistry({ coordinator });
const market = registry.define('market', {
  deadlineMs: 10_000,
  effect: 'read',
  coolDown: { scope: 'address' },
  rateLimit: { limit, windowMs, scope: 'address', reserved: { critical: 2 } },
});
const http = axios.create({ baseURL: url });
attachWeexErrors(http);

const journal = createRedisJournal({ client: redis, prefix: 'fleet:', leaseMs: 2_000 });
const heir = createRedisJournal({ client: connect(redisPort), prefix: 'fleet:', leaseMs: 2_000 });
const client = new WeexClient({ ...credentials, baseUrls: { spot: url, contract: url }, registry, journal });

const criticalMs: number[] = [];
let succeeded = 0;
let failed = 0;
let recovered = 0;
let redisLost = 0;
onResilienceEvent('coordinatorLost', () => (redisLost += 1));

async function ask(priority: 'normal' | 'critical'): Promise<void> {
  const begunAt = performance.now();
  try {
    await market.execute(({ signal }) => http.get('/capi/v3/market/time', { signal }), { priority });
    succeeded += 1;
    if (priority === 'critical') criticalMs.push(performance.now() - begunAt);
  } catch {
    failed += 1;
  }
}

async function order(): Promise<void> {
  const wish = {
    symbol: 'DOGEUSDT',
    side: 'BUY',
    positionSide: 'LONG',
    type: 'MARKET',
    quantity: '10',
  } as const;
  // The journal keeps the outcome of an order that fails here.
  await client.contract.placeOrder(wish).catch(() => undefined);
}

async function settle(): Promise<void> {
  const found = await recoverIntents({
    journal: heir,
    find: ({ clientOrderId }) => client.contract.findOrder(clientOrderId, 'DOGEUSDT'),
  });
  recovered += found.filter(({ outcome }) => outcome !== 'unknown').length;
}

const tickMs = 20;
const mostWaiting = 40;
let ticks = 0;
let waiting = 0;
let due = 0;
const timer = setInterval(() => {
  ticks += 1;
  // As many as are wanted, but without a backlog that can never be worked off in time.
  due = Math.min(due + (wanted * tickMs) / 1_000, limit);
  for (; due >= 1; due -= 1) {
    if (waiting >= mostWaiting) continue;
    waiting += 1;
    void ask('normal').finally(() => (waiting -= 1));
  }
  if (ticks % 10 === 0) void ask('critical');
  if (placesOrders && ticks % 40 === 0) void order();
  if (placesOrders && ticks % 100 === 0) void settle().catch(() => undefined);
}, tickMs);

// Ends with its parent, even if that was killed.
process.on('disconnect', () => process.exit());
process.send?.('ready');
process.on('message', (wish) => {
  if (wish === 'rest') {
    wanted = 0;
    return;
  }
  if (wish === 'count') {
    // Calls before the fleet was complete do not count.
    succeeded = 0;
    failed = 0;
    criticalMs.length = 0;
    return;
  }
  clearInterval(timer);
  const report: TraderReport = { succeeded, failed, criticalMs, recovered, redisLost };
  process.send?.(report, () => process.exit());
});

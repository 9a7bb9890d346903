// One trading process of the fleet: it needs more than the limit, with an occasional critical call and order, and
// settles what dead processes have left open. It reports to the parent when it is asked to stop.
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
  /** Whether it places orders, too, and settles those of the dead. */
  readonly placesOrders: boolean;
}

/** What a trader reports. */
export interface TraderReport {
  readonly succeeded: number;
  readonly failed: number;
  /** How long each critical call took, in milliseconds. */
  readonly criticalMs: readonly number[];
  /** What this process settled for those that died. */
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
  // What became of an order that fails here is in the journal.
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
  // As many as are wanted, but no heap of calls that can never be made in time.
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

// A parent that was killed takes its processes along.
process.on('disconnect', () => process.exit());
process.send?.('ready');
process.on('message', (wish) => {
  if (wish === 'rest') {
    wanted = 0;
    return;
  }
  if (wish === 'count') {
    // What came before the fleet was complete does not count.
    succeeded = 0;
    failed = 0;
    criticalMs.length = 0;
    return;
  }
  clearInterval(timer);
  const report: TraderReport = { succeeded, failed, criticalMs, recovered, redisLost };
  process.send?.(report, () => process.exit());
});

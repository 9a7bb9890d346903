// One trading process that may be killed at any moment: it places orders, and settles what killed processes left
// open. It reports the outcome of each order at once.
import { isWEEXError, mintClientOrderId } from 'weex-resilience';
import { WeexClient } from 'weex-resilience/client';
import { createRedisCoordinator, createRedisJournal } from 'weex-resilience/redis';
import { connect } from '../../examples/fleet/redis-server.js';

/** The task of a process. */
export interface OrderTraderTask {
  readonly url: string;
  readonly credentials: { readonly apiKey: string; readonly secretKey: string; readonly passphrase: string };
  readonly redisPort: number;
}

/** What a process reports about one order. */
export interface OrderTraderLine {
  readonly id: string;
  readonly outcome: 'executed' | 'not-executed' | 'unknown';
  /** Whether the order was another process's. */
  readonly isRecovered: boolean;
}

const { url, credentials, redisPort } = JSON.parse(process.env['TASK'] ?? '') as OrderTraderTask;
const redis = connect(redisPort);
const client = new WeexClient({
  ...credentials,
  baseUrls: { spot: url, contract: url },
  coordinator: createRedisCoordinator({ client: redis, prefix: 'orders:' }),
  journal: createRedisJournal({ client: redis, prefix: 'orders:', leaseMs: 2_000 }),
  // The simulated exchange shows an order at once and executes none late.
  settleMs: [100, 500],
});
const tell = (line: OrderTraderLine): void => void process.send?.(line);

async function place(): Promise<void> {
  const newClientOrderId = mintClientOrderId();
  const order = {
    symbol: 'DOGEUSDT',
    side: 'BUY',
    positionSide: 'LONG',
    type: 'MARKET',
    quantity: '10',
    newClientOrderId,
  } as const;
  try {
    await client.contract.placeOrder(order);
    tell({ id: newClientOrderId, outcome: 'executed', isRecovered: false });
  } catch (error) {
    const status = isWEEXError(error) ? error.executionStatus : undefined;
    const outcome = status === 'unknown' || status === undefined ? 'unknown' : 'not-executed';
    tell({ id: newClientOrderId, outcome, isRecovered: false });
  }
}

const state = { isPlacing: true };
async function work(): Promise<void> {
  while (state.isPlacing) await place();
}
async function recover(): Promise<void> {
  for (;;) {
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    const found = await client.recoverIntents().catch(() => []);
    for (const { intent, outcome } of found) tell({ id: intent.clientOrderId, outcome, isRecovered: true });
  }
}
// Ends with its parent, even if that was killed.
process.on('disconnect', () => process.exit());
process.on('message', () => (state.isPlacing = false));
void recover();
await Promise.all([work(), work(), work()]);

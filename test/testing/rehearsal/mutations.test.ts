import { describe, expect, it } from 'vitest';
import {
  type OrderSafety,
  resilient,
  WEEXNetworkError,
  createPolicy,
  mintClientOrderId,
} from '../../../src/index.js';
import { signRequest } from '../../../src/client/index.js';
import {
  type Rehearsal,
  type RehearsalContext,
  type RehearsalProgram,
  rehearse,
} from '../../../src/testing/index.js';
import { tradeAll } from '../../../examples/rehearsal/main.js';

/** Programs with a bug that costs money, made by their own options. */
const bugs: Readonly<Record<string, RehearsalProgram>> = {
  'a patience of zero': (context) => tradeAll(context, { settleMs: 0 }),
  'a doubt cleared by a wrapped error': tradeWithWrappedErrors,
};

const mostSeeds = 200;
const mostEvents = 10;

async function firstFailure(run: RehearsalProgram): Promise<Rehearsal> {
  for (let seed = 1; seed <= mostSeeds; seed += 1) {
    // oxlint-disable-next-line no-await-in-loop
    const rehearsal = await rehearse({ seed, run });
    if (rehearsal.failure) return rehearsal;
  }
  throw new Error(`No failure within ${mostSeeds} seeds`);
}

describe('rehearse', () => {
  for (const [bug, run] of Object.entries(bugs)) {
    it(`finds ${bug}, and shrinks it to a few events that fail again`, async () => {
      const { failure } = await firstFailure(run);
      if (!failure) throw new Error('There is a failure');
      expect(failure.invariant).toBe('no intent is placed twice');
      expect(failure.events).toBeGreaterThan(0);
      expect(failure.events).toBeLessThanOrEqual(mostEvents);
      expect(failure.trace).toContain('placeOrder');

      const { scenario, seed } = failure;
      const again = await rehearse({ seed, scenario, run, shrinkRuns: 0 });
      expect(again.failure).toMatchObject({ invariant: failure.invariant, message: failure.message });

      const mended = await rehearse({
        seed,
        scenario,
        run: (context) => tradeAll(context, {}),
        shrinkRuns: 0,
      });
      expect(mended.invariants.filter(({ holds }) => !holds)).toEqual([]);
    });
  }
});

interface Order {
  readonly symbol: string;
  readonly newClientOrderId: string;
}

/** Says of every failure that nothing was sent, and keeps what it sent from the guard. */
async function tradeWithWrappedErrors(context: RehearsalContext): Promise<void> {
  const { clock, report, signal } = context;
  const orderSafety: OrderSafety<unknown, [Order], unknown> = {
    clientOrderId: (order) => order.newClientOrderId,
    find: () => undefined,
  };
  const policy = createPolicy({ clock, retry: { maxRetries: 3 } });
  const place = resilient(
    async (order: Order) => {
      try {
        return await send(context, order);
      } catch (cause) {
        throw new WEEXNetworkError('Nothing was sent', { cause, executionStatus: 'not-executed' });
      }
    },
    policy,
    { orderSafety },
  );
  while (!signal.aborted) {
    const order = { symbol: 'BTCUSDT', newClientOrderId: mintClientOrderId() };
    // oxlint-disable-next-line no-await-in-loop
    const report_ = await place(order).then(
      () => 'placed' as const,
      () => 'unknown' as const,
    );
    report(order.newClientOrderId, report_);
    // oxlint-disable-next-line no-await-in-loop
    await new Promise((resolve) => setTimeout(resolve, 1_000));
  }
}

async function send({ axios, exchange }: RehearsalContext, order: Order): Promise<unknown> {
  const path = '/capi/v3/order';
  const body = JSON.stringify({
    ...order,
    side: 'BUY',
    positionSide: 'LONG',
    type: 'MARKET',
    quantity: '0.001',
  });
  const { apiKey, passphrase, secretKey } = exchange.credentials;
  const timestamp = Date.now();
  const headers = {
    'Content-Type': 'application/json',
    'ACCESS-KEY': apiKey,
    'ACCESS-PASSPHRASE': passphrase,
    'ACCESS-TIMESTAMP': String(timestamp),
    'ACCESS-SIGN': signRequest(secretKey, { timestamp, method: 'POST', path, query: '', body }),
  };
  const { data } = await axios.post<unknown>(path, body, { headers, timeout: 3_000 });
  return data;
}

import {
  createPolicy,
  WEEXNetworkError,
  WEEXOrderError,
  WEEXRateLimitError,
  WEEXSystemError,
} from '../../src/index.js';
import { createOrderGuard } from '../../src/orders/order-guard.js';
import type { FakeClock } from '../../src/testing/index.js';

const executionStatus = 'not-executed';

/** What the exchange does to the calls of a {@link Trader}. */
export const answers = {
  fine: () => undefined,
  down: () => new WEEXSystemError('down', { code: 500, executionStatus }),
  refused: () => new WEEXOrderError('refused', { code: -2010, executionStatus }),
  ban: () => new WEEXRateLimitError('slow down', { code: 429, retryAfter: 10, executionStatus }),
  busy: () => new WEEXRateLimitError('slow down', { code: 429, retryAfter: 4, executionStatus }),
  lost: () => new WEEXNetworkError('reset', { code: 'ECONNRESET', executionStatus: 'unknown' }),
} as const;

export type Answer = keyof typeof answers;

/** A program that trades on a fake clock, and meets what it is told to. */
export class Trader {
  readonly #clock: FakeClock;
  readonly #market;
  readonly #orders;
  readonly #place;
  #id = 0;
  #tickers = 0;
  /** What becomes of the next call of each kind. */
  next: { ticker: Answer; order: Answer; lookup: Answer; tookMs: number } = {
    ticker: 'fine',
    order: 'fine',
    lookup: 'fine',
    tookMs: 200,
  };

  constructor(clock: FakeClock) {
    this.#clock = clock;
    const retry = { maxRetries: 1, backoff: { initialDelayMs: 100, jitter: 'none' } } as const;
    this.#market = createPolicy({
      name: 'contract.market',
      clock,
      deadlineMs: 30_000,
      effect: 'read',
      retry: { ...retry, budget: { ratio: 0.1, minPerSecond: 0.1 } },
      bulkhead: { limit: 1, queue: 2 },
      rateLimit: { limit: 100, windowMs: 10_000 },
      coolDown: { scope: 'contract' },
      fallback: () => ({ price: '0' }),
    });
    this.#orders = createPolicy({
      name: 'contract.orders',
      clock,
      deadlineMs: 20_000,
      retry,
      circuitBreaker: { consecutiveFailures: 4, halfOpenAfterMs: 30_000 },
    });
    this.#place = createOrderGuard<unknown, [], object>({
      clientOrderId: () => `id-${(this.#id += 1)}`,
      find: async (clientOrderId) => {
        const error = answers[this.next.lookup]();
        if (error) throw error;
        return { clientOrderId };
      },
    });
  }

  /** Asks for a price. */
  ticker(): Promise<unknown> {
    const send = () => {
      this.#tickers += 1;
      const { ticker } = this.next;
      // A limit refuses some; one that refuses all for minutes is a ban.
      const isServed = ticker === 'busy' && this.#tickers % 4 === 0;
      return this.#answer(isServed ? undefined : answers[ticker]());
    };
    return this.#market.executeOutcome(send, { operation: 'getTicker' });
  }

  /** Places an order. */
  order(): Promise<unknown> {
    const options = { operation: 'placeOrder', key: 'BTCUSDT' };
    const send = () =>
      this.#answer(answers[this.next.order]()).then(() => ({ clientOrderId: `id-${this.#id}` }));
    return this.#place(this.#orders, { self: undefined, args: [], send, options }).catch(() => undefined);
  }

  async #answer(error: Error | undefined): Promise<object> {
    await new Promise<void>((resolve) => this.#clock.setTimeout(resolve, this.next.tookMs));
    if (error) throw error;
    return { price: '67000' };
  }
}

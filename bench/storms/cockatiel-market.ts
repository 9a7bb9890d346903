import axios from 'axios';
import {
  bulkhead,
  circuitBreaker,
  ExponentialBackoff,
  handleAll,
  handleWhen,
  type IPolicy,
  retry,
  SamplingBreaker,
  wrap,
} from 'cockatiel';
import type { Market, OpenMarket } from '../../examples/bad-day/market.js';

/**
 * A market as a careful user of cockatiel would wrap it: reads and cancels are retried after any failure, orders
 * only if the answer says that they were refused temporarily; one bulkhead and one circuit breaker for all.
 */
export function cockatielMarket(open: OpenMarket): OpenMarket {
  const { market } = open;
  const breaker = {
    halfOpenAfter: 2_000,
    breaker: new SamplingBreaker({ threshold: 0.7, duration: 10_000 }),
  };
  const shared = wrap(circuitBreaker(handleAll, breaker), bulkhead(10, 500));
  const backoff = new ExponentialBackoff({ initialDelay: 200, maxDelay: 4_000 });
  const repeated = wrap(retry(handleAll, { maxAttempts: 3, backoff }), shared);
  const order = wrap(retry(handleWhen(isRefusedForNow), { maxAttempts: 3, backoff }), shared);
  const under =
    <Args extends unknown[], Answer>(policy: IPolicy, method: (...args: Args) => Promise<Answer>) =>
    (...args: Args): Promise<Answer> =>
      policy.execute(() => method(...args));
  const wrapped = {
    getTicker: under(repeated, market.getTicker),
    getAccountBalance: under(repeated, market.getAccountBalance),
    getOpenOrders: under(repeated, market.getOpenOrders),
    placeOrder: under(order, market.placeOrder),
    cancelOrder: under(repeated, market.cancelOrder),
  };
  return { market: wrapped as Market, close: () => open.close() };
}

function isRefusedForNow(error: unknown): boolean {
  return axios.isAxiosError(error) && error.response?.status === 429;
}

import type { PolicyRegistry } from 'weex-resilience';
import { WeexClient } from 'weex-resilience/client';
import type { ExchangeAddress, OpenMarket } from './market.js';

/** The market through the client of this library, under the policies of a registry. */
export async function openClientMarket(
  { credentials, url }: ExchangeAddress,
  registry: PolicyRegistry,
): Promise<OpenMarket> {
  const baseUrls = { spot: url, contract: url };
  // This exchange shows an order no later than that; for the real one no such bound is known. A single lookup is
  // then enough, and lookups cost weight.
  const settleMs = 1_500;
  const client = new WeexClient({ ...credentials, baseUrls, registry, settleMs });
  // An order has time until its deadline: it waits while the exchange is down, and so does a lookup.
  for (const name of ['contract.orders', 'contract.cancels', 'contract.account']) {
    const policy = registry.get(name);
    const { circuitBreaker } = policy.describe().options;
    policy.reconfigure({ circuitBreaker: { ...(circuitBreaker || undefined), whenOpen: 'wait' } });
  }
  await client.contract.getExchangeInfo();
  return { market: client.contract, close: () => client.close() };
}

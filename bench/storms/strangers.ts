import { setTimeout as wait } from 'node:timers/promises';
import axios from 'axios';
import { createRandom } from 'weex-resilience/testing';
import type { ExchangeAddress, OpenMarket } from '../../examples/bad-day/market.js';

/** The longest pause between two requests of a stranger, and how long it pauses after a refusal. */
const pauseMs = 4_000;
const banMs = 10_000;

/** On every second day another program on the same address uses up to half of its weight; it respects bans. */
export function amongStrangers(
  seed: number,
  openMarket: (exchange: ExchangeAddress) => OpenMarket | Promise<OpenMarket>,
): (exchange: ExchangeAddress) => Promise<OpenMarket> {
  return async (exchange) => {
    const random = createRandom(`strangers ${seed}`);
    const open = await openMarket(exchange);
    const end = new AbortController();
    if (random() < 0.5) void readPrices(exchange.url, random, end.signal);
    return {
      market: open.market,
      close() {
        end.abort();
        return open.close();
      },
    };
  };
}

async function readPrices(baseURL: string, random: () => number, signal: AbortSignal): Promise<void> {
  const pause = (ms: number): Promise<void> => wait(ms, undefined, { signal }).catch(() => undefined);
  while (!signal.aborted) {
    await pause(pauseMs * random());
    const { status } = await axios
      .get('/capi/v3/market/ticker/24hr', {
        baseURL,
        params: { symbol: 'BTCUSDT' },
        timeout: 5_000,
        validateStatus: null,
        signal,
      })
      .catch(() => ({ status: 0 }));
    if (status === 429) await pause(banMs);
  }
}

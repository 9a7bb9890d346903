import type { AxiosRequestConfig } from 'axios';
import { signRequest } from 'weex-resilience/client';
import type { ExchangeAccess, Market, WantedOrder } from './order-run.js';

/** Signs requests for a simulated exchange; each call creates a new request. */
export class Session {
  readonly #exchange: ExchangeAccess;
  readonly market: Market;

  constructor(exchange: ExchangeAccess, market: Market) {
    this.#exchange = exchange;
    this.market = market;
  }

  get baseURL(): string {
    return this.#exchange.url;
  }

  /** The request that places an order. */
  place(order: WantedOrder): AxiosRequestConfig {
    return this.#sign('POST', 'order', '', JSON.stringify(order));
  }

  /** A request that reads. */
  get(what: string, query: Readonly<Record<string, string>>): AxiosRequestConfig {
    return this.#sign('GET', what, new URLSearchParams(query).toString(), '');
  }

  #sign(method: string, what: string, query: string, body: string): AxiosRequestConfig {
    const { apiKey, passphrase, secretKey } = this.#exchange.credentials;
    const path = `${this.market === 'spot' ? '/api/v3' : '/capi/v3'}/${what}`;
    const timestamp = Date.now();
    return {
      method,
      url: query === '' ? path : `${path}?${query}`,
      ...(body === '' ? {} : { data: body }),
      headers: {
        'Content-Type': 'application/json',
        'ACCESS-KEY': apiKey,
        'ACCESS-PASSPHRASE': passphrase,
        'ACCESS-TIMESTAMP': String(timestamp),
        'ACCESS-SIGN': signRequest(secretKey, { timestamp, method, path, query, body }),
      },
    };
  }
}

/** Looks up an order by its client order id; it was not placed before `sinceMs`. */
export type FindOrder = (clientOrderId: string, symbol: string, sinceMs: number) => Promise<unknown>;

/** Creates the lookup of orders from a read, as the market supports it. */
export function makeFindOrder(
  market: Market,
  read: (what: string, query: Readonly<Record<string, string>>) => Promise<unknown>,
): FindOrder {
  if (market === 'spot') return (clientOrderId) => read('order', { origClientOrderId: clientOrderId });
  return async (clientOrderId, symbol, sinceMs) => {
    const lists = [
      { what: 'openOrders', limit: 100 },
      { what: 'order/history', limit: 1_000 },
    ];
    for (const { what, limit } of lists) {
      for (let page = 0; ; page += 1) {
        // A little earlier, since clocks may differ.
        const startTime = String(Math.max(0, sinceMs - 1_000));
        const query = { symbol, startTime, limit: String(limit), page: String(page) };
        const orders = (await read(what, query)) as { readonly clientOrderId: string }[];
        const order = orders.find((one) => one.clientOrderId === clientOrderId);
        if (order) return order;
        if (orders.length < limit) break;
      }
    }
    return undefined;
  };
}

import axios, { type AxiosInstance } from 'axios';
import {
  attachWeexErrors,
  mintClientOrderId,
  type PolicyRegistry,
  policies,
  Resilient,
  setInstanceRegistry,
  WEEXError,
  weexVenues,
} from 'weex-resilience';
import { signRequest } from 'weex-resilience/client';
import type { ExchangeCredentials } from 'weex-resilience/testing';

/** A price, as the exchange returns it. */
export interface Ticker {
  readonly symbol: string;
  readonly price: string;
  readonly time: number;
}

/** An order of the grid. */
export interface Order {
  readonly symbol: string;
  readonly side: 'BUY' | 'SELL';
  readonly quantity: string;
  readonly price: string;
  readonly newClientOrderId: string;
}

/** The exchange answered with an outdated price. */
export class StaleTickerError extends WEEXError {}

/** A grid on the spot market: a buy order on the line below the price and a sell order on the one above it. */
export class GridBot {
  readonly #http: AxiosInstance;
  readonly #lastTickers = new Map<string, Ticker>();
  readonly #lines = new Map<string, { readonly id: string; stands: boolean }>();

  constructor(
    baseURL: string,
    private readonly credentials: ExchangeCredentials,
    registry: PolicyRegistry,
  ) {
    this.#http = axios.create({ baseURL });
    attachWeexErrors(this.#http, { losslessIds: true });
    setInstanceRegistry(this, registry);
    registry.forError(StaleTickerError, { retry: { maxRetries: 2 } });
    registry.define('orders', policies.trading());
    registry.define('ticker', {
      deadlineMs: 2_000,
      attemptTimeoutMs: 500,
      retry: { backoff: { initialDelayMs: 20 } },
      circuitBreaker: { consecutiveFailures: 3, halfOpenAfterMs: 1_000 },
      fallback: (error, { key = '' }) => {
        const last = this.#lastTickers.get(key);
        if (!last) throw error;
        return last;
      },
    });
  }

  @Resilient('ticker', { effect: 'read', key: (symbol: string) => symbol })
  async getTicker(symbol: string): Promise<Ticker> {
    const { data } = await this.#http.get<Ticker>('/capi/v3/market/symbolPrice', { params: { symbol } });
    if (Date.now() - data.time > 60_000) throw new StaleTickerError(`The price of ${symbol} is old`);
    this.#lastTickers.set(symbol, data);
    return data;
  }

  @Resilient('orders', {
    orderSafety: {
      clientOrderId: (order: Order) => order.newClientOrderId,
      find(this: GridBot, id: string, { symbol }: Order) {
        return this.findOrder(id, symbol);
      },
      venue: weexVenues.spot,
    },
  })
  async placeOrder(order: Order): Promise<unknown> {
    return this.#send('POST', { ...order, type: 'LIMIT', timeInForce: 'GTC' });
  }

  async findOrder(origClientOrderId: string, symbol: string): Promise<unknown> {
    return this.#send('GET', { symbol, origClientOrderId });
  }

  /** Places the missing orders around the price, and returns the client order ids of both lines. */
  async trade(symbol: string, quantity: string, step: number): Promise<string[]> {
    const line = Math.round(Number((await this.getTicker(symbol)).price) / step);
    return Promise.all([
      this.#place({ symbol, side: 'BUY', quantity, price: ((line - 1) * step).toFixed(2) }),
      this.#place({ symbol, side: 'SELL', quantity, price: ((line + 1) * step).toFixed(2) }),
    ]);
  }

  /** A line keeps its id: if it is unknown whether its order exists, the next round finds out before it sends. */
  async #place(wanted: Omit<Order, 'newClientOrderId'>): Promise<string> {
    const line = this.#lines.get(`${wanted.symbol} ${wanted.price}`) ?? {
      id: mintClientOrderId(),
      stands: false,
    };
    this.#lines.set(`${wanted.symbol} ${wanted.price}`, line);
    if (!line.stands) await this.placeOrder({ ...wanted, newClientOrderId: line.id });
    line.stands = true;
    return line.id;
  }

  async #send(method: 'GET' | 'POST', fields: Record<string, string>): Promise<unknown> {
    const { apiKey, secretKey, passphrase } = this.credentials;
    const path = '/api/v3/order';
    const timestamp = Date.now();
    const query = method === 'GET' ? new URLSearchParams(fields).toString() : '';
    const body = method === 'GET' ? undefined : JSON.stringify(fields);
    const { data } = await this.#http.request<unknown>({
      method,
      url: query === '' ? path : `${path}?${query}`,
      data: body,
      headers: {
        'Content-Type': 'application/json',
        'ACCESS-KEY': apiKey,
        'ACCESS-PASSPHRASE': passphrase,
        'ACCESS-TIMESTAMP': timestamp,
        'ACCESS-SIGN': signRequest(secretKey, { timestamp, method, path, query, body }),
      },
    });
    return data;
  }
}

import { createRequire } from 'node:module';
import axios, { type AxiosInstance } from 'axios';
import axiosRetry, { exponentialDelay } from 'axios-retry';
import type {
  ContractBalance,
  ContractCanceledOrder,
  ContractOrder,
  ContractPlacedOrder,
  ContractTicker,
} from 'weex-resilience/client';
import { signRequest } from 'weex-resilience/client';
import type { ExchangeCredentials } from 'weex-resilience/testing';
import type { Market, OpenMarket } from './market.js';

/** Where an axios market goes, and how long it waits for an answer. */
export interface AxiosMarketOptions {
  readonly url: string;
  readonly credentials: ExchangeCredentials;
  readonly timeoutMs: number;
}

type Parameters = Readonly<Record<string, unknown>>;

const require = createRequire(import.meta.url);

/** The compared versions, for the report. */
export const axiosName = `axios ${axios.VERSION}`;
export const axiosRetryName = `axios-retry ${(require('axios-retry/package.json') as { version: string }).version}`;

/** The market through plain axios with a timeout. */
export function openAxiosMarket(options: AxiosMarketOptions): OpenMarket {
  return openMarket(axios.create({ baseURL: options.url, timeout: options.timeoutMs }), options);
}

/**
 * The same with axios-retry as its documentation shows: three retries with exponential delay, and its own
 * condition.
 */
export function openAxiosRetryMarket(options: AxiosMarketOptions): OpenMarket {
  const http = axios.create({ baseURL: options.url, timeout: options.timeoutMs });
  axiosRetry(http, { retries: 3, retryDelay: exponentialDelay, shouldResetTimeout: true });
  return openMarket(http, options);
}

function openMarket(http: AxiosInstance, { credentials }: AxiosMarketOptions): OpenMarket {
  const send = async <Answer>(
    method: 'GET' | 'POST' | 'DELETE',
    path: string,
    parameters: Parameters,
    signal: AbortSignal | undefined,
  ): Promise<Answer> => {
    const inBody = method === 'POST';
    const query = inBody ? '' : new URLSearchParams(parameters as Record<string, string>).toString();
    const body = inBody ? JSON.stringify(parameters) : undefined;
    const timestamp = Date.now();
    const { data } = await http.request<Answer>({
      method,
      url: query === '' ? path : `${path}?${query}`,
      data: body,
      ...(signal ? { signal } : {}),
      headers: {
        'Content-Type': 'application/json',
        'ACCESS-KEY': credentials.apiKey,
        'ACCESS-PASSPHRASE': credentials.passphrase,
        'ACCESS-TIMESTAMP': String(timestamp),
        'ACCESS-SIGN': signRequest(credentials.secretKey, { timestamp, method, path, query, body }),
      },
    });
    // axios returns an answer that is not JSON as text, without an error.
    if (typeof data !== 'object') throw new Error('The answer is not JSON');
    return data;
  };
  const market: Market = {
    async getTicker(symbol, options) {
      const answer = await send<ContractTicker | ContractTicker[]>(
        'GET',
        '/capi/v3/market/ticker/24hr',
        { symbol },
        options?.signal,
      );
      const [ticker] = [answer].flat();
      if (!ticker) throw new Error(`There is no ticker for ${symbol}`);
      return ticker;
    },
    getAccountBalance: (options) =>
      send<ContractBalance[]>('GET', '/capi/v3/account/balance', {}, options?.signal),
    getOpenOrders: (symbol, options?: { readonly signal?: AbortSignal | undefined }) =>
      send<ContractOrder[]>('GET', '/capi/v3/openOrders', { symbol }, options?.signal),
    placeOrder: (order, options) =>
      send<ContractPlacedOrder>('POST', '/capi/v3/order', { ...order }, options?.signal),
    cancelOrder: ({ symbol, clientOrderId }, options) =>
      send<ContractCanceledOrder>(
        'DELETE',
        '/capi/v3/order',
        { symbol, origClientOrderId: clientOrderId },
        options?.signal,
      ),
  };
  return { market, close: () => Promise.resolve() };
}

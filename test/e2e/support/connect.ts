import { onTestFinished } from 'vitest';
import { WeexClient, type WeexClientOptions } from '../../../src/client/index.js';
import {
  type ExchangeOptions,
  type SimulatedExchange,
  type SimulatedRequest,
  startExchange,
} from '../../../src/testing/index.js';

/** A client and the exchange that it talks to; both end with the test. */
export interface Connected {
  readonly client: WeexClient;
  readonly exchange: SimulatedExchange;
  /** The requests of an operation, in the order of their arrival. */
  readonly requestsOf: (operation: string) => SimulatedRequest[];
}

/** The markets, for tests that hold for both. */
export const markets = ['spot', 'contract'] as const;
export type Market = (typeof markets)[number];

/** Starts an exchange, and a client of it. */
export async function connect(
  options: Partial<WeexClientOptions> = {},
  exchangeOptions: ExchangeOptions = {},
): Promise<Connected> {
  const exchange = await startExchange(exchangeOptions);
  onTestFinished(() => exchange.close());
  const client = clientOf(exchange, options);
  return {
    client,
    exchange,
    requestsOf: (operation) => exchange.requests.filter((request) => request.operation === operation),
  };
}

/** Another client of an exchange. */
export function clientOf(exchange: SimulatedExchange, options: Partial<WeexClientOptions> = {}): WeexClient {
  const baseUrls = { spot: exchange.url, contract: exchange.url };
  const client = new WeexClient({ ...exchange.credentials, baseUrls, ...options });
  onTestFinished(() => client.close());
  return client;
}

/** An order far below the market, which stands until it is cancelled. */
export const resting = {
  spot: {
    symbol: 'BTCUSDT',
    side: 'BUY',
    type: 'LIMIT',
    quantity: '0.001',
    price: '90000',
    timeInForce: 'GTC',
  },
  contract: {
    symbol: 'BTCUSDT',
    side: 'BUY',
    positionSide: 'LONG',
    type: 'LIMIT',
    quantity: '0.001',
    price: '90000',
    timeInForce: 'GTC',
  },
} as const;

/** A stop far below the market, which waits until it is cancelled. */
export const waitingStop = {
  symbol: 'BTCUSDT',
  side: 'SELL',
  positionSide: 'LONG',
  type: 'STOP_MARKET',
  quantity: '0.001',
  triggerPrice: '80000',
} as const;

/** An order that is filled at once. */
export const filling = {
  spot: { symbol: 'BTCUSDT', side: 'BUY', type: 'MARKET', quantity: '0.001' },
  contract: { symbol: 'BTCUSDT', side: 'BUY', positionSide: 'LONG', type: 'MARKET', quantity: '0.001' },
} as const;

/** What a promise rejects with. */
export async function rejection(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    (value) => {
      throw new Error(`Expected a rejection, received ${JSON.stringify(value)}`);
    },
    (error: unknown) => error,
  );
}

/** Waits until something holds. */
export async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => setTimeout(resolve, 5));
}

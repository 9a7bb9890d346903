import type { ContractClient, ContractOrderRequest } from 'weex-resilience/client';
import type { SimulatedExchange } from 'weex-resilience/testing';

/** What a trader does on the exchange: the part of `client.contract` that other clients can replace. */
export type Market = Pick<
  ContractClient,
  'getTicker' | 'getAccountBalance' | 'getOpenOrders' | 'placeOrder' | 'cancelOrder'
>;

/** The name of an operation of a trader. */
export type Operation = keyof Market;

/** An order to be placed once, with its unique id. */
export type WantedOrder = ContractOrderRequest & { readonly newClientOrderId: string };

/** A market that can be closed. */
export interface OpenMarket {
  readonly market: Market;
  close(): Promise<void>;
}

/** The URL of an exchange and the credentials that sign requests to it. */
export type ExchangeAddress = Pick<SimulatedExchange, 'credentials' | 'url'>;

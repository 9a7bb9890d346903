import type { ContractClient, ContractOrderRequest } from 'weex-resilience/client';
import type { SimulatedExchange } from 'weex-resilience/testing';

/** What a trader does on the exchange: the part of `client.contract` that can be replaced by others. */
export type Market = Pick<
  ContractClient,
  'getTicker' | 'getAccountBalance' | 'getOpenOrders' | 'placeOrder' | 'cancelOrder'
>;

/** The name of an operation of a trader. */
export type Operation = keyof Market;

/** An order that is wanted once, under its unique id. */
export type WantedOrder = ContractOrderRequest & { readonly newClientOrderId: string };

/** A market that can be left. */
export interface OpenMarket {
  readonly market: Market;
  close(): Promise<void>;
}

/** Where an exchange is, and what requests to it are signed with. */
export type ExchangeAddress = Pick<SimulatedExchange, 'credentials' | 'url'>;

/** What the last parameter of every method may be. */
export interface CallOptions {
  /** Aborts the call, whatever it is waiting for. The promise rejects with `signal.reason`. */
  readonly signal?: AbortSignal | undefined;
}

/** Options of `getDepth`. */
export interface DepthOptions extends CallOptions {
  /** Price levels per side. Default of the exchange: 15. */
  readonly limit?: 15 | 200 | undefined;
}

/**
 * A price or a quantity, preferably a string such as `'0.001'`. A number is sent as JavaScript prints it; one that
 * it prints with an exponent (`1e-7`) is refused.
 */
export type Decimal = string | number;

/**
 * An id of the exchange. Results contain it as a string: many have 18 digits, more than a number can represent
 * exactly.
 */
export type OrderId = string;

/** Identifies an order, by the exchange's id or by the caller's own. */
export type OrderReference = {
  /** The trading pair, `BTCUSDT`. */
  readonly symbol: string;
} & (
  | { readonly orderId: OrderId | number; readonly clientOrderId?: undefined }
  | { readonly clientOrderId: string; readonly orderId?: undefined }
);

/** Selects past orders. */
export interface OrderHistoryQuery {
  /** The trading pair. */
  readonly symbol: string;
  /** From this time on, in milliseconds since 1970. */
  readonly startTime?: number | undefined;
  /** Up to this time, in milliseconds since 1970. On the contract market at most 90 days after `startTime`. */
  readonly endTime?: number | undefined;
  /** Orders per page, at most 1000. Default of the exchange: 100 (spot), 500 (contract). */
  readonly limit?: number | undefined;
  /** The page: from 1 on the spot market, from 0 on the contract market. Default: the first. */
  readonly page?: number | undefined;
}

/** The answer to `getServerTime`. */
export interface ServerTime {
  /** Milliseconds since 1970. */
  readonly serverTime: number;
}

/** One price level of an order book: price and quantity. */
export type DepthLevel = readonly [price: string, quantity: string];

/** An order book, best prices first. */
export interface Depth {
  readonly lastUpdateId: number | string;
  readonly bids: readonly DepthLevel[];
  readonly asks: readonly DepthLevel[];
}

/** One limit of the exchange, as `exchangeInfo` publishes it. */
export interface ExchangeRateLimit {
  /** `REQUEST_WEIGHT` counts per IP address, `ORDERS` per account. */
  readonly rateLimitType: 'REQUEST_WEIGHT' | 'ORDERS' | (string & {});
  /** `SECOND`, `MINUTE`, `HOUR` or `DAY`. */
  readonly interval: string;
  readonly intervalNum: number;
  readonly limit: number;
}

/** The state of an order. */
export type OrderStatus =
  | 'NEW'
  | 'PENDING'
  | 'PARTIALLY_FILLED'
  | 'FILLED'
  | 'CANCELING'
  | 'CANCELED'
  | 'REJECTED'
  | 'EXPIRED'
  | (string & {});

/** The direction of an order. */
export type OrderSide = 'BUY' | 'SELL';

/** The kinds of order. */
export type OrderType = 'LIMIT' | 'MARKET';

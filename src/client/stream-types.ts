import type { PositionSide } from './contract-types.js';
import type { OrderId, OrderSide, OrderStatus } from './types.js';

/** An order, or a conditional order, as a stream shows it. */
export interface StreamedOrder {
  readonly symbol: string;
  /** For a conditional order: its `algoId`. */
  readonly orderId: OrderId;
  /** For a conditional order: its `clientAlgoId`. */
  readonly clientOrderId: string;
  readonly side: OrderSide;
  /** Contract only. */
  readonly positionSide?: PositionSide | undefined;
  readonly type: string;
  /** `PENDING` if it is partly filled. */
  readonly status: OrderStatus;
  readonly price: string;
  /** `'0'` unless it waits for a price. */
  readonly triggerPrice: string;
  readonly origQty: string;
  readonly executedQty: string;
  /** The value of the filled part, in the quote asset. */
  readonly cumQuote: string;
  /** When it was placed, in milliseconds since 1970; 0 if not given. */
  readonly time: number;
  /** Milliseconds since 1970; 0 if not given. */
  readonly updateTime: number;
}

/** A fill as a stream shows it. It has no client order id; its order has. */
export interface StreamedFill {
  readonly id: string;
  readonly symbol: string;
  readonly orderId: OrderId;
  readonly side: OrderSide;
  readonly positionSide?: PositionSide | undefined;
  readonly quantity: string;
  /** The price times the quantity, in the quote asset. */
  readonly value: string;
  readonly fee: string;
  readonly isMaker: boolean;
  /** Milliseconds since 1970; 0 if not given. */
  readonly time: number;
}

/** A position as a stream shows it; the size of a closed one is 0. */
export interface StreamedPosition {
  readonly id: string;
  readonly symbol: string;
  readonly side: PositionSide;
  readonly size: string;
  readonly openValue: string;
  readonly leverage: string;
  /** Milliseconds since 1970; 0 if not given. */
  readonly updateTime: number;
}

/** The balance of an asset, as a stream shows it. */
export interface StreamedBalance {
  readonly asset: string;
  readonly available: string;
  /** Including what is reserved. */
  readonly total: string;
}

/** An event of a stream. */
export type OrderStreamEvent =
  /** `source: 'rest'`: read because something was missed; the order may have been reported before. */
  | { readonly type: 'order'; readonly order: StreamedOrder; readonly source: 'stream' | 'rest' }
  | { readonly type: 'fill'; readonly fill: StreamedFill }
  | { readonly type: 'position'; readonly position: StreamedPosition }
  | { readonly type: 'balance'; readonly balance: StreamedBalance }
  | { readonly type: 'connected' }
  /** It reconnects automatically, unless `final`: the exchange refuses its key or its channels. */
  | { readonly type: 'disconnected'; readonly error: unknown; readonly final: boolean }
  /** Something was missed: a version was skipped, or the connection was lost. It is read over REST. */
  | { readonly type: 'gap'; readonly reason: 'version' | 'reconnect' }
  /**
   * What was missed has been read: `orders` is the number of orders. It is reported once more if a second read,
   * some seconds later, shows orders that the first one did not. `refused` lists symbols whose past orders the
   * exchange refuses to return.
   */
  | { readonly type: 'gap-filled'; readonly orders: number; readonly refused: readonly string[] }
  /** What was missed could not be read, or not completely, and is tried again. */
  | { readonly type: 'gap-open'; readonly error: unknown };

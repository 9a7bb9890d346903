import type { AttachedTrigger } from './attached-trigger.js';
import type { Market, TradingSymbol } from './symbols.js';

/** The state of an order. */
export type OrderStatus = 'NEW' | 'PARTIALLY_FILLED' | 'FILLED' | 'CANCELED';

/** An order on the simulated exchange, open or finished. Amounts and prices are decimal strings, as in its API. */
export interface SimulatedOrder {
  readonly market: Market;
  readonly symbol: string;
  /** 18 digits, more than a JavaScript number holds. */
  readonly orderId: string;
  readonly clientOrderId: string;
  readonly side: 'BUY' | 'SELL';
  /** Contract only. */
  readonly positionSide: 'LONG' | 'SHORT' | undefined;
  readonly type: 'LIMIT' | 'MARKET';
  readonly timeInForce: 'GTC' | 'IOC' | 'FOK' | 'POST_ONLY';
  /** `'0'` for a market order. */
  readonly price: string;
  readonly origQty: string;
  readonly executedQty: string;
  /** The value of the filled part, in the quote asset. */
  readonly cumQuote: string;
  readonly avgPrice: string;
  readonly status: OrderStatus;
  /** When it was accepted, in milliseconds since 1970 on the exchange's clock. */
  readonly time: number;
  readonly updateTime: number;
}

/** One fill of an order. */
export interface Trade {
  readonly id: string;
  readonly order: SimulatedOrder;
  readonly price: string;
  readonly qty: string;
  readonly quoteQty: string;
  readonly realizedPnl: string;
  readonly maker: boolean;
  readonly time: number;
}

/** An order as matching uses it: the public record, and the numbers behind it in whole units. */
export interface WorkingOrder {
  readonly record: { -readonly [Field in keyof SimulatedOrder]: SimulatedOrder[Field] };
  readonly symbol: TradingSymbol;
  readonly priceUnits: number;
  readonly quantityUnits: number;
  /** Its attached stops. */
  readonly attached: readonly AttachedTrigger[];
  filledUnits: number;
  /** In parts of 10^-8 of the quote asset. */
  filledValue: number;
  /** What the account has reserved for it: parts of an asset, or units of a position. */
  reserved: number;
  /** The time from which reads show it. */
  visibleAtMs: number;
  /** Once it is finished, the time from which the history shows it. */
  inHistoryAtMs: number;
  /** How long after it finishes the history shows it. */
  readonly historyDelayMs: number;
}

/** Whether an order can still be filled or cancelled. */
export function isActive(order: WorkingOrder): boolean {
  return order.record.status === 'NEW' || order.record.status === 'PARTIALLY_FILLED';
}

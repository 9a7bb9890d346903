import type { Decimal, ExchangeRateLimit, OrderId, OrderSide, OrderStatus, OrderType } from './types.js';

/** A new order on the spot market, in the exchange's own field names. */
export interface SpotOrderRequest {
  readonly symbol: string;
  readonly side: OrderSide;
  readonly type: OrderType;
  readonly quantity: Decimal;
  /** Required for `LIMIT`. */
  readonly price?: Decimal | undefined;
  /** Required for `LIMIT`. */
  readonly timeInForce?: 'GTC' | 'IOC' | 'FOK' | undefined;
  /** 1 to 36 letters, digits or `. : / _ -`. Default: generated. */
  readonly newClientOrderId?: string | undefined;
}

/** The acknowledgement of a new spot order. If its reply was lost, it is created from the order itself. */
export interface SpotPlacedOrder {
  readonly symbol: string;
  readonly orderId: OrderId;
  readonly clientOrderId: string;
  /** When the exchange accepted it, in milliseconds since 1970. */
  readonly transactTime: number;
}

/** The answer to a cancel on the spot market. */
export interface SpotCanceledOrder {
  readonly orderId: OrderId;
  readonly origClientOrderId?: string | undefined;
  readonly status: OrderStatus;
}

/** A spot order as the exchange returns it. */
export interface SpotOrder {
  readonly symbol: string;
  readonly orderId: OrderId;
  readonly clientOrderId: string;
  readonly price: string;
  readonly origQty: string;
  readonly executedQty: string;
  /** The exchange's own spelling. */
  readonly cummulativeQuoteQty: string;
  readonly status: OrderStatus;
  readonly timeInForce: string;
  readonly type: OrderType;
  readonly side: OrderSide;
  readonly time: number;
  readonly updateTime: number;
  readonly isWorking: boolean;
}

/** 24 hours of a spot pair. */
export interface SpotTicker {
  readonly symbol: string;
  readonly priceChange: string;
  readonly priceChangePercent: string;
  readonly lastPrice: string;
  readonly bidPrice: string;
  readonly bidQty: string;
  readonly askPrice: string;
  readonly askQty: string;
  readonly openPrice: string;
  readonly highPrice: string;
  readonly lowPrice: string;
  readonly volume: string;
  readonly quoteVolume: string;
  readonly openTime: number;
  readonly closeTime: number;
  readonly count: number;
}

/** One spot pair and its rules. */
export interface SpotSymbol {
  readonly symbol: string;
  readonly status: 'TRADING' | 'HALT' | 'BREAK' | (string & {});
  readonly baseAsset: string;
  readonly baseAssetPrecision: number;
  readonly quoteAsset: string;
  readonly quoteAssetPrecision: number;
  readonly tickSize: string;
  readonly stepSize: string;
  readonly minTradeAmount: Decimal;
  readonly maxTradeAmount: Decimal;
  readonly takerFeeRate: Decimal;
  readonly makerFeeRate: Decimal;
  readonly enableTrade: boolean;
}

/** Pairs and limits of the spot market. */
export interface SpotExchangeInfo {
  readonly timezone: string;
  readonly serverTime: number;
  readonly rateLimits: readonly ExchangeRateLimit[];
  readonly symbols: readonly SpotSymbol[];
}

/** The balance of the spot account in one asset. */
export interface SpotBalance {
  readonly asset: string;
  readonly free: string;
  readonly locked: string;
}

/** The spot account. */
export interface SpotAccount {
  readonly canTrade: boolean;
  readonly canWithdraw: boolean;
  readonly canDeposit: boolean;
  readonly updateTime: number;
  readonly accountType: string;
  readonly balances: readonly SpotBalance[];
  readonly permissions: readonly string[];
}

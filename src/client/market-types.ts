import type { PositionSide } from './contract-types.js';
import type { OrderId, OrderSide } from './types.js';

/** Mark price and funding of a contract. */
export interface PremiumIndex {
  readonly symbol: string;
  /** Refreshed once a minute, whatever `time` says. */
  readonly markPrice: string;
  readonly indexPrice: string;
  /** The last rate paid. */
  readonly lastFundingRate: string;
  /** The next rate, as far as is known. */
  readonly forecastFundingRate: string;
  readonly interestRate: string;
  /** Milliseconds since 1970. */
  readonly nextFundingTime: number;
  readonly time: number;
  /** Minutes between two payments. */
  readonly collectCycle: number;
}

/** Selects past funding rates: at most 7 days, within the last 365. */
export interface FundingRateQuery {
  readonly symbol: string;
  /** Milliseconds since 1970. */
  readonly startTime?: number | undefined;
  /** Milliseconds since 1970. */
  readonly endTime?: number | undefined;
  /** At most 1000. Default of the exchange: 100. */
  readonly limit?: number | undefined;
}

/** A past funding rate. */
export interface FundingRate {
  readonly symbol: string;
  readonly fundingRate: string;
  readonly fundingTime: number;
  readonly markPrice: string;
}

/** The open interest of a contract. */
export interface OpenInterest {
  readonly symbol: string;
  /** The exchange does not document the unit. */
  readonly openInterest: string;
  readonly time: number;
}

/** The length of a candle. */
export type KlineInterval =
  | '1m'
  | '5m'
  | '15m'
  | '30m'
  | '1h'
  | '2h'
  | '4h'
  | '6h'
  | '8h'
  | '12h'
  | '1d'
  | '1w'
  | (string & {});

/** Selects candles. */
export interface KlineQuery {
  readonly symbol: string;
  readonly interval: KlineInterval;
  /** At most 1000. Default of the exchange: 100. */
  readonly limit?: number | undefined;
}

/** Selects past candles, of at most 90 days. */
export interface HistoryKlineQuery {
  readonly symbol: string;
  readonly interval: KlineInterval;
  /** Milliseconds since 1970. */
  readonly startTime: number;
  /** Milliseconds since 1970. */
  readonly endTime: number;
  /** At most 100. */
  readonly limit?: number | undefined;
  /** Default of the exchange: `LAST`. */
  readonly priceType?: 'LAST' | 'INDEX' | 'MARK' | undefined;
}

/**
 * A candle. The last two fields, volume and value of taker buys, were observed to contain those of taker sells: do
 * not rely on them.
 */
export type Kline = readonly [
  openTime: number,
  open: string,
  high: string,
  low: string,
  close: string,
  volume: string,
  closeTime: number,
  value: string,
  trades: number,
  takerVolume: string,
  takerValue: string,
];

/** Selects fills, of at most 7 days, by default the last 7. */
export interface TradeQuery {
  readonly symbol?: string | undefined;
  readonly orderId?: OrderId | number | undefined;
  /** Milliseconds since 1970. */
  readonly startTime?: number | undefined;
  /** Milliseconds since 1970. */
  readonly endTime?: number | undefined;
  /** At most 100, which is also the default of the exchange. */
  readonly limit?: number | undefined;
}

/** A fill of an order of the account. */
export interface ContractTrade {
  readonly id: string;
  readonly orderId: OrderId;
  readonly symbol: string;
  readonly buyer: boolean;
  readonly commission: string;
  readonly commissionAsset: string;
  readonly maker: boolean;
  readonly price: string;
  readonly qty: string;
  readonly quoteQty: string;
  readonly realizedPnl: string;
  readonly side: OrderSide;
  readonly positionSide: PositionSide;
  /** Milliseconds since 1970. */
  readonly time: number;
}

/** Selects the bills, of 100 days at most. The exchange requires both times or neither. */
export interface IncomeQuery {
  readonly asset?: string | undefined;
  readonly symbol?: string | undefined;
  /** Such as `position_funding`, `position_close_long`, `deposit`. */
  readonly incomeType?: string | undefined;
  /** Milliseconds since 1970. */
  readonly startTime?: number | undefined;
  /** Milliseconds since 1970. */
  readonly endTime?: number | undefined;
  /** At most 100. Default of the exchange: 20. */
  readonly limit?: number | undefined;
}

/** A change of the account's balance. */
export interface Income {
  readonly billId: string;
  readonly asset: string;
  readonly symbol: string | null;
  /** Negative if it was paid. */
  readonly income: string;
  readonly incomeType: string;
  /** The balance afterwards. */
  readonly balance: string;
  readonly fillFee: string;
  /** Milliseconds since 1970; a string in some answers. */
  readonly time: number | string;
  readonly transferReason: string;
}

/** A page of bills. */
export interface IncomePage {
  readonly hasNextPage: boolean;
  readonly items: readonly Income[];
}

/** The account's commission for orders of a contract, as shares of their value. */
export interface CommissionRate {
  readonly symbol: string;
  readonly makerCommissionRate: string;
  readonly takerCommissionRate: string;
}

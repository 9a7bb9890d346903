import type { Decimal, ExchangeRateLimit, OrderId, OrderSide, OrderStatus, OrderType } from './types.js';

/** Which position an order opens or closes. */
export type PositionSide = 'LONG' | 'SHORT';

/** Which price triggers a take-profit or stop-loss. */
export type WorkingType = 'CONTRACT_PRICE' | 'MARK_PRICE';

/** A new order on the contract market, in the exchange's own field names. */
export interface ContractOrderRequest {
  readonly symbol: string;
  readonly side: OrderSide;
  readonly positionSide: PositionSide;
  readonly type: OrderType;
  readonly quantity: Decimal;
  /** Required for `LIMIT`. */
  readonly price?: Decimal | undefined;
  /** Required for `LIMIT`. */
  readonly timeInForce?: 'GTC' | 'IOC' | 'FOK' | 'POST_ONLY' | undefined;
  /** 1 to 36 letters, digits or `. : / _ -`. Default: generated. */
  readonly newClientOrderId?: string | undefined;
  readonly tpTriggerPrice?: Decimal | undefined;
  readonly slTriggerPrice?: Decimal | undefined;
  /** The capital letter is the exchange's own. Default of the exchange: `CONTRACT_PRICE`. */
  readonly TpWorkingType?: WorkingType | undefined;
  /** The capital letter is the exchange's own. Default of the exchange: `CONTRACT_PRICE`. */
  readonly SlWorkingType?: WorkingType | undefined;
}

/** The acknowledgement of a new contract order. If its reply was lost, it is created from the order itself. */
export interface ContractPlacedOrder {
  readonly orderId: OrderId;
  readonly clientOrderId: string;
  readonly success: true;
}

/** The answer to a cancel on the contract market. */
export interface ContractCanceledOrder {
  readonly orderId: OrderId;
  readonly origClientOrderId?: string | undefined;
  readonly success: true;
}

/** The outcome of one order when all are cancelled. */
export interface ContractCancelOutcome {
  readonly orderId: OrderId;
  readonly success: boolean;
  readonly errorCode?: string | undefined;
  readonly errorMessage?: string | undefined;
}

/** A contract order as the exchange returns it. */
export interface ContractOrder {
  readonly symbol: string;
  readonly orderId: OrderId;
  readonly clientOrderId: string;
  readonly price: string;
  readonly avgPrice: string;
  readonly origQty: string;
  readonly executedQty: string;
  readonly cumQuote: string;
  readonly status: OrderStatus;
  readonly timeInForce: string;
  readonly type: OrderType | (string & {});
  readonly side: OrderSide;
  readonly positionSide: PositionSide;
  readonly reduceOnly: boolean;
  readonly stopPrice: string;
  readonly workingType: string;
  readonly time: number;
  readonly updateTime: number;
}

/** 24 hours of a contract. */
export interface ContractTicker {
  readonly symbol: string;
  readonly priceChange: string;
  readonly priceChangePercent: string;
  readonly lastPrice: string;
  readonly openPrice: string;
  readonly highPrice: string;
  readonly lowPrice: string;
  readonly volume: string;
  readonly quoteVolume: string;
  readonly markPrice: string;
  readonly indexPrice: string;
  readonly openTime: number;
  readonly closeTime: number;
}

/** One contract and its rules. */
export interface ContractSymbol {
  readonly symbol: string;
  readonly baseAsset: string;
  readonly quoteAsset: string;
  readonly marginAsset: string;
  readonly pricePrecision: number;
  readonly quantityPrecision: number;
  readonly baseAssetPrecision: number;
  readonly quotePrecision: number;
  /** Quantities are multiples of this; they are in the base asset nevertheless. */
  readonly contractVal: Decimal;
  /** The times of day at which funding is paid. */
  readonly delivery: readonly string[];
  readonly forwardContractFlag: boolean;
  readonly minLeverage: number;
  readonly maxLeverage: number;
  readonly buyLimitPriceRatio: Decimal;
  readonly sellLimitPriceRatio: Decimal;
  readonly makerFeeRate: Decimal;
  readonly takerFeeRate: Decimal;
  readonly minOrderSize: Decimal;
  readonly maxOrderSize: Decimal;
  readonly maxPositionSize: Decimal;
  readonly marketOpenLimitSize: Decimal;
}

/** Contracts, collateral and limits of the contract market. */
export interface ContractExchangeInfo {
  readonly assets: readonly { readonly asset: string; readonly marginAvailable: boolean }[];
  readonly rateLimits: readonly ExchangeRateLimit[];
  readonly symbols: readonly ContractSymbol[];
}

/** The balance of the contract account in one asset. */
export interface ContractBalance {
  readonly asset: string;
  readonly balance: string;
  readonly availableBalance: string;
  readonly frozen: string;
  readonly unrealizePnl: string;
}

/** An open position. */
export interface ContractPosition {
  readonly id: string;
  readonly asset: string;
  readonly symbol: string;
  readonly side: PositionSide;
  readonly marginType: 'CROSSED' | 'ISOLATED';
  readonly separatedMode: 'COMBINED' | 'SEPARATED';
  readonly separatedOpenOrderId: string;
  readonly leverage: string;
  readonly size: string;
  readonly openValue: string;
  readonly openFee: string;
  readonly fundingFee: string;
  readonly marginSize: string;
  readonly isolatedMargin: string;
  /** Whether it takes margin from the account automatically. */
  readonly isAutoAppendIsolatedMargin: boolean;
  readonly cumOpenSize: string;
  readonly cumOpenValue: string;
  readonly cumOpenFee: string;
  readonly cumCloseSize: string;
  readonly cumCloseValue: string;
  readonly cumCloseFee: string;
  readonly cumFundingFee: string;
  readonly cumLiquidateFee: string;
  readonly createdTime: number;
  readonly updatedTime: number;
  readonly unrealizePnl: string;
  readonly liquidatePrice: string;
}

/** The outcome of closing one position. */
export interface ClosedPosition {
  readonly positionId: string;
  readonly success: boolean;
  /** The order that closes it. */
  readonly successOrderId?: OrderId | undefined;
  readonly errorMessage?: string | undefined;
}

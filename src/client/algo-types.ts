import type { PositionSide, WorkingType } from './contract-types.js';
import type { Decimal, OrderId, OrderSide } from './types.js';

/** What the kinds of conditional orders have in common. */
interface AlgoOrderFields {
  readonly symbol: string;
  readonly side: OrderSide;
  readonly positionSide: PositionSide;
  /** In the base coin, more than 0. */
  readonly quantity: Decimal;
  /** The price that triggers it. */
  readonly triggerPrice: Decimal;
  /** 1 to 36 letters, digits or `. : / _ -`. Default: generated. */
  readonly clientAlgoId?: string | undefined;
  /** The take-profit of the order that it places, executed at the market. */
  readonly presetTakeProfitPrice?: Decimal | undefined;
  /** The stop-loss of the order that it places, executed at the market. */
  readonly presetStopLossPrice?: Decimal | undefined;
  /** The capital letter is the exchange's own. Default of the exchange: `CONTRACT_PRICE`. */
  readonly TpWorkingType?: WorkingType | undefined;
  /** The capital letter is the exchange's own. Default of the exchange: `CONTRACT_PRICE`. */
  readonly SlWorkingType?: WorkingType | undefined;
}

/**
 * A new conditional order, in the exchange's own field names: it places an order once the price reaches the
 * trigger.
 */
export type AlgoOrderRequest = AlgoOrderFields &
  (
    | { readonly type: 'STOP_MARKET' | 'TAKE_PROFIT_MARKET'; readonly price?: undefined }
    | {
        readonly type: 'STOP' | 'TAKE_PROFIT';
        /** The price of the order that it places. */
        readonly price: Decimal;
      }
  );

/** A take-profit or stop-loss of a position, in the exchange's own field names. */
export interface TpSlOrderRequest {
  readonly symbol: string;
  readonly planType: 'TAKE_PROFIT' | 'STOP_LOSS';
  readonly positionSide: PositionSide;
  /**
   * In the base coin, more than 0. The exchange's documentation calls it optional, with 0 for the whole position;
   * as observed, it is required, and a stop with 0 closes nothing.
   */
  readonly quantity: Decimal;
  readonly triggerPrice: Decimal;
  /** Default: the market price. */
  readonly executePrice?: Decimal | undefined;
  /** Default of the exchange: `CONTRACT_PRICE`. */
  readonly triggerPriceType?: WorkingType | undefined;
  /** 1 to 36 letters, digits or `. : / _ -`. Default: generated. */
  readonly clientAlgoId?: string | undefined;
}

/** A change to a waiting take-profit or stop-loss. */
export interface TpSlChange {
  readonly orderId: OrderId | number;
  readonly triggerPrice: Decimal;
  /** Default: the market price. */
  readonly executePrice?: Decimal | undefined;
  readonly triggerPriceType?: WorkingType | undefined;
}

/** The acknowledgement of a conditional order. If its reply was lost, it is created from the order itself. */
export interface PlacedAlgoOrder {
  readonly orderId: OrderId;
  /** The `clientAlgoId` that it was sent with. */
  readonly clientOrderId: string;
  readonly success: true;
}

/** Identifies a conditional order: the exchange accepts only its own id. */
export interface AlgoOrderReference {
  readonly symbol: string;
  readonly orderId: OrderId | number;
}

/** A conditional order as the exchange returns it. */
export interface AlgoOrder {
  readonly algoId: OrderId;
  readonly clientAlgoId: string;
  readonly algoType: 'CONDITIONAL' | 'PLAN' | (string & {});
  readonly orderType: 'STOP' | 'TAKE_PROFIT' | 'STOP_MARKET' | 'TAKE_PROFIT_MARKET' | (string & {});
  readonly symbol: string;
  readonly side: OrderSide;
  readonly positionSide: PositionSide;
  readonly timeInForce: string;
  readonly quantity: string;
  readonly algoStatus:
    | 'NEW'
    | 'PENDING'
    | 'UNTRIGGERED'
    | 'FILLED'
    | 'CANCELING'
    | 'CANCELED'
    | (string & {});
  /** The order that it placed; `'0'` until there is one. */
  readonly actualOrderId: OrderId;
  readonly actualPrice: string;
  readonly triggerPrice: string;
  readonly price: string;
  readonly workingType: WorkingType | (string & {});
  readonly closePosition: boolean;
  readonly reduceOnly: boolean;
  readonly createTime: number;
  readonly updateTime: number;
  /** 0 until it is triggered. */
  readonly triggerTime: number;
}

/**
 * A conditional order that was found after a crash; its fields are also available under the names that other orders
 * use.
 */
export interface RecoveredAlgoOrder extends AlgoOrder {
  /** Its `algoId`. */
  readonly orderId: OrderId;
  /** Its `clientAlgoId`. */
  readonly clientOrderId: string;
  /** Its `algoStatus`. */
  readonly status: string;
}

/** Selects past conditional orders. */
export interface AlgoHistoryQuery {
  readonly symbol: string;
  /** From this time on, in milliseconds since 1970. */
  readonly startTime?: number | undefined;
  /** Up to this time, in milliseconds since 1970. */
  readonly endTime?: number | undefined;
  /** The maximum number of orders. */
  readonly limit?: number | undefined;
}

/** The past conditional orders: an object, not a list. */
export interface AlgoOrderHistory {
  readonly orders: readonly AlgoOrder[];
}

/** The kinds of conditional orders: with their own price, or at the market. */
export type AlgoOrderType = 'STOP' | 'TAKE_PROFIT' | 'STOP_MARKET' | 'TAKE_PROFIT_MARKET';

/** The state of a conditional order. */
export type AlgoStatus = 'UNTRIGGERED' | 'FILLED' | 'CANCELED';

/** Which price triggers a conditional order; in the simulated exchange both are the same. */
export type WorkingType = 'CONTRACT_PRICE' | 'MARK_PRICE';

/** A conditional order that waits or waited on the simulated exchange: a stop or a take-profit. Contract only. */
export interface SimulatedAlgoOrder {
  readonly symbol: string;
  /** 18 digits, more than a JavaScript number holds. */
  readonly algoId: string;
  readonly clientAlgoId: string;
  /** `'attached'`: part of an order, from `tpTriggerPrice` or `slTriggerPrice`. */
  readonly origin: 'algoOrder' | 'placeTpSlOrder' | 'attached';
  readonly orderType: AlgoOrderType;
  readonly side: 'BUY' | 'SELL';
  readonly positionSide: 'LONG' | 'SHORT';
  /** `'0'` if ordered like that: it triggers and closes nothing. */
  readonly quantity: string;
  readonly triggerPrice: string;
  /** `'0'` for a market order. */
  readonly price: string;
  readonly workingType: WorkingType;
  /** `FILLED`: it was triggered. */
  readonly status: AlgoStatus;
  /** The order that it placed when triggered. */
  readonly actualOrderId: string | undefined;
  readonly createTime: number;
  readonly updateTime: number;
  /** 0 until it is triggered. */
  readonly triggerTime: number;
}

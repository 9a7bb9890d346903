/** The kinds of conditional orders: with a price of their own, or at the market. */
export type AlgoOrderType = 'STOP' | 'TAKE_PROFIT' | 'STOP_MARKET' | 'TAKE_PROFIT_MARKET';

/** The state of a conditional order. */
export type AlgoStatus = 'UNTRIGGERED' | 'FILLED' | 'CANCELED';

/** Which price sets a conditional order off; in the simulated exchange both are the same. */
export type WorkingType = 'CONTRACT_PRICE' | 'MARK_PRICE';

/** A conditional order that waits or waited on the simulated exchange: a stop or a take-profit. Contract only. */
export interface SimulatedAlgoOrder {
  readonly symbol: string;
  /** 18 digits, more than a JavaScript number holds. */
  readonly algoId: string;
  readonly clientAlgoId: string;
  /** `'attached'`: it came with an order, by `tpTriggerPrice` or `slTriggerPrice`. */
  readonly origin: 'algoOrder' | 'placeTpSlOrder' | 'attached';
  readonly orderType: AlgoOrderType;
  readonly side: 'BUY' | 'SELL';
  readonly positionSide: 'LONG' | 'SHORT';
  /** `'0'` if it was ordered so: it triggers and closes nothing. */
  readonly quantity: string;
  readonly triggerPrice: string;
  /** `'0'` for one that goes to the market. */
  readonly price: string;
  readonly workingType: WorkingType;
  /** `FILLED`: it was set off. */
  readonly status: AlgoStatus;
  /** The order that it made when it was set off. */
  readonly actualOrderId: string | undefined;
  readonly createTime: number;
  readonly updateTime: number;
  /** 0 as long as it was not set off. */
  readonly triggerTime: number;
}

import type { Priority } from '../policies/resilience-policy.js';

/** One operation of a market: what is sent, and how it is treated. */
export interface Endpoint {
  /** The HTTP verb. */
  readonly verb: 'GET' | 'POST' | 'DELETE';
  /** Whether the exchange changes anything. */
  readonly effect: 'read' | 'write';
  /** The path, with its trailing slash if the exchange requires one. */
  readonly path: string;
  /** Where the parameters go. */
  readonly parameters: 'query' | 'body';
  /** The expected shape of the answer. */
  readonly answer: AnswerShapeName;
  /** Whether the request carries the four `ACCESS-*` headers. */
  readonly signed: boolean;
  /** The policy of the registry that the call runs under. */
  readonly policy: ClientPolicyName;
  /** The priority of the call when calls wait. */
  readonly priority: Priority;
  /** The request weight of the call, per IP address. */
  readonly weight: number;
  /** The orders that the call counts, per account. */
  readonly orders: number;
  /**
   * What happens if the outcome of the request is unknown: it is sent again, because it is a read or repeating it
   * changes nothing; it is looked up first; the rest is done one by one; or the call ends.
   */
  readonly whenUnknown: 'send again' | 'look up' | 'see what is left' | 'stop';
}

/** The shapes of answers, see `answer-shapes.ts`. */
export type AnswerShapeName =
  | 'time'
  | 'object'
  | 'book'
  | 'objectOrList'
  | 'list'
  | 'order'
  | 'done'
  | 'allDone'
  | 'batch'
  | 'oneDone'
  | 'orders'
  | 'confirmed'
  | 'ofSymbol'
  | 'items'
  | 'rows'
  | 'texts';

/** The two markets of the exchange. */
export type Market = 'spot' | 'contract';

/**
 * The policies of a client's registry: one set per market. `market`: public data. `account`: reads of the account.
 * `orders`: new orders. `cancels`: cancels and closes, which go first, and the settings of the account.
 */
export type ClientPolicyName = `${Market}.${'market' | 'account' | 'orders' | 'cancels'}`;

/** What both markets offer, by the name of the method. */
export type SpotOperation =
  | 'getServerTime'
  | 'getExchangeInfo'
  | 'getTicker'
  | 'getDepth'
  | 'getAccountBalance'
  | 'placeOrder'
  | 'placeOrders'
  | 'cancelOrder'
  | 'cancelAllOrders'
  | 'getOrder'
  | 'findOrder'
  | 'getOpenOrders'
  | 'getOrderHistory';

/** Further reads of the contract market, by the name of the method. */
export type ContractReadingOperation =
  | 'getApiTradingSymbols'
  | 'getPremiumIndex'
  | 'getFundingRates'
  | 'getOpenInterest'
  | 'getKlines'
  | 'getHistoryKlines'
  | 'getTrades'
  | 'getIncome'
  | 'getCommissionRate'
  | 'getSymbolConfig';

/** The settings of the contract market, by the name of the method. */
export type ContractSettingOperation =
  | 'setLeverage'
  | 'setMarginType'
  | 'movePositionMargin'
  | 'setAutoAppendMargin';

/** Further methods of the contract market, by name. */
export type ContractOnlyOperation =
  | 'getPositions'
  | 'closePositions'
  | 'placeAlgoOrder'
  | 'cancelAlgoOrder'
  | 'cancelAllAlgoOrders'
  | 'findAlgoOrder'
  | 'getOpenAlgoOrders'
  | 'getAlgoOrderHistory'
  | 'placeTpSlOrder'
  | 'modifyTpSlOrder'
  | ContractReadingOperation
  | ContractSettingOperation;

/** What the contract market offers, by the name of the method. */
export type ContractOperation = SpotOperation | ContractOnlyOperation;

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
  /** What the answer has to be. */
  readonly answer: AnswerShapeName;
  /** Whether the request carries the four `ACCESS-*` headers. */
  readonly signed: boolean;
  /** The policy of the registry that the call runs under. */
  readonly policy: ClientPolicyName;
  /** Which calls go first if calls wait. */
  readonly priority: Priority;
  /** What the call takes from the request weight of the IP address. */
  readonly weight: number;
  /** What the call takes from the order count of the account. */
  readonly orders: number;
  /**
   * What happens when the outcome of the request is unknown: it is sent again, because it is a read or repeating it
   * changes nothing; it is looked up first; what is left is done one by one; or the call ends.
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
 * The policies of a client's registry: one set a market. `market`: public data. `account`: what only reads of the
 * account. `orders`: new orders. `cancels`: cancels and closes, which go first, and the settings of the account.
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

/** What can be set of the contract market, by the name of the method. */
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

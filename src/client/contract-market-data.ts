import { itemOf } from './answers.js';
import { queryFirst, symbolFirst, symbolOrNothing } from './argument-checks.js';
import { clientState } from './client-state.js';
import { contractEndpoints } from './contract-endpoints.js';
import type * as Contract from './contract-types.js';
import type * as Data from './market-types.js';
import { marketMethods, sessionOf, setSession } from './market-methods.js';
import { symbolFrom } from './order-reference.js';
import type { RestSession } from './rest-session.js';
import type { CallOptions, Depth, DepthOptions, ServerTime } from './types.js';

const { Call, Outer, send } = marketMethods('contract', contractEndpoints);

/** The public data of the contract market. */
export class ContractMarketData {
  /** @internal */
  constructor(session: RestSession) {
    setSession(this, session);
  }

  /** The time of the exchange. It also sets the clock used for signing. */
  @Outer('getServerTime')
  @Call('getServerTime')
  async getServerTime(_options?: CallOptions): Promise<ServerTime> {
    return sessionOf(this).readServerTime(() => send(this, 'getServerTime'));
  }

  /** Contracts, collateral and limits. The client's policies adopt the limits. */
  @Outer('getExchangeInfo')
  @Call('getExchangeInfo')
  async getExchangeInfo(_options?: CallOptions): Promise<Contract.ContractExchangeInfo> {
    const info = await send<Contract.ContractExchangeInfo>(this, 'getExchangeInfo');
    sessionOf(this).takeLimits(info.rateLimits);
    return info;
  }

  /** The last 24 hours of one contract. */
  @Outer('getTicker', { check: symbolFirst })
  @Call('getTicker')
  async getTicker(symbol: string, _options?: CallOptions): Promise<Contract.ContractTicker> {
    const answer = await send<Contract.ContractTicker[]>(this, 'getTicker', { symbol });
    return itemOf('contract.getTicker', symbol, answer);
  }

  /** The order book of one contract. */
  @Outer('getDepth', { check: symbolFirst })
  @Call('getDepth')
  async getDepth(symbol: string, options?: DepthOptions): Promise<Depth> {
    return send(this, 'getDepth', { symbol, limit: options?.limit });
  }

  /**
   * The contracts for which the exchange accepts orders from the API, a part of all listed ones. Once this was
   * read, orders for others are refused before they are sent, for an hour or until it is read again.
   */
  @Outer('getApiTradingSymbols')
  @Call('getApiTradingSymbols')
  async getApiTradingSymbols(_options?: CallOptions): Promise<string[]> {
    const symbols = await send<string[]>(this, 'getApiTradingSymbols');
    clientState(this).apiSymbols.learn(symbols);
    return symbols;
  }

  /** Mark prices and funding rates, of one contract or of all. */
  getPremiumIndex(symbol?: string, options?: CallOptions): Promise<Data.PremiumIndex[]>;
  getPremiumIndex(options: CallOptions): Promise<Data.PremiumIndex[]>;
  @Outer('getPremiumIndex', { check: symbolOrNothing })
  @Call('getPremiumIndex')
  async getPremiumIndex(symbol?: string | CallOptions, _options?: CallOptions): Promise<Data.PremiumIndex[]> {
    return [await send<Data.PremiumIndex[]>(this, 'getPremiumIndex', { symbol: symbolFrom(symbol) })].flat();
  }

  /** The past funding rates of one contract. */
  @Outer('getFundingRates', { check: queryFirst })
  @Call('getFundingRates')
  async getFundingRates(query: Data.FundingRateQuery, _options?: CallOptions): Promise<Data.FundingRate[]> {
    return send(this, 'getFundingRates', { ...query });
  }

  /** The open interest of one contract. */
  @Outer('getOpenInterest', { check: symbolFirst })
  @Call('getOpenInterest')
  async getOpenInterest(symbol: string, _options?: CallOptions): Promise<Data.OpenInterest> {
    return send(this, 'getOpenInterest', { symbol });
  }

  /** Candles of one contract up to now, newest first: the first is still in progress. */
  @Outer('getKlines', { check: queryFirst })
  @Call('getKlines')
  async getKlines(query: Data.KlineQuery, _options?: CallOptions): Promise<Data.Kline[]> {
    return send(this, 'getKlines', { ...query });
  }

  /** Candles of one contract between two times, newest first. */
  @Outer('getHistoryKlines', { check: queryFirst })
  @Call('getHistoryKlines')
  async getHistoryKlines(query: Data.HistoryKlineQuery, _options?: CallOptions): Promise<Data.Kline[]> {
    return send(this, 'getHistoryKlines', { ...query });
  }
}

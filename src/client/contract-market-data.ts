import { itemOf } from './answers.js';
import { symbolFirst } from './argument-checks.js';
import { contractEndpoints } from './contract-endpoints.js';
import type * as Contract from './contract-types.js';
import { marketMethods, sessionOf, setSession } from './market-methods.js';
import type { RestSession } from './rest-session.js';
import type { CallOptions, Depth, DepthOptions, ServerTime } from './types.js';

const { Call, Outer, send } = marketMethods('contract', contractEndpoints);

/** The public data of the contract market. */
export class ContractMarketData {
  /** @internal */
  constructor(session: RestSession) {
    setSession(this, session);
  }

  /** The time of the exchange. It also sets the clock that requests are signed by. */
  @Outer('getServerTime')
  @Call('getServerTime')
  async getServerTime(_options?: CallOptions): Promise<ServerTime> {
    return sessionOf(this).readServerTime(() => send(this, 'getServerTime'));
  }

  /** Contracts, collateral and limits. The limits are taken over by the client's policies. */
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
}

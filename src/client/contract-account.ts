import { symbolOrNothing } from './argument-checks.js';
import { contractEndpoints } from './contract-endpoints.js';
import { ContractMarketData } from './contract-market-data.js';
import type * as Contract from './contract-types.js';
import { marketMethods } from './market-methods.js';
import { symbolFrom } from './order-reference.js';
import type { CallOptions } from './types.js';

const { Call, Outer, send } = marketMethods('contract', contractEndpoints);

/** The account on the contract market: what it holds, and how positions are closed. */
export class ContractAccount extends ContractMarketData {
  /** What the account holds, one item an asset. */
  @Outer('getAccountBalance')
  @Call('getAccountBalance')
  async getAccountBalance(_options?: CallOptions): Promise<Contract.ContractBalance[]> {
    return send(this, 'getAccountBalance');
  }

  /** The open positions of all contracts. */
  @Outer('getPositions')
  @Call('getPositions')
  async getPositions(_options?: CallOptions): Promise<Contract.ContractPosition[]> {
    return send(this, 'getPositions');
  }

  /**
   * Closes the positions of one contract, long and short, or of all contracts at the market price. It has no id by
   * which it could be recognised, so it is never sent again when nobody knows whether it was executed.
   */
  closePositions(symbol?: string, options?: CallOptions): Promise<Contract.ClosedPosition[]>;
  closePositions(options: CallOptions): Promise<Contract.ClosedPosition[]>;
  @Outer('closePositions', { check: symbolOrNothing })
  @Call('closePositions')
  async closePositions(
    symbol?: string | CallOptions,
    _options?: CallOptions,
  ): Promise<Contract.ClosedPosition[]> {
    return send(this, 'closePositions', { symbol: symbolFrom(symbol) });
  }
}

import { queryOrNothing, symbolFirst, symbolOrNothing } from './argument-checks.js';
import { contractEndpoints } from './contract-endpoints.js';
import { ContractMarketData } from './contract-market-data.js';
import type * as Contract from './contract-types.js';
import type { SymbolConfig } from './margin-types.js';
import { marketMethods } from './market-methods.js';
import type * as Data from './market-types.js';
import { symbolFrom } from './order-reference.js';
import type { CallOptions } from './types.js';

const { Call, Outer, send } = marketMethods('contract', contractEndpoints);

/** The account on the contract market: balances, positions, and closing them. */
export class ContractAccount extends ContractMarketData {
  /** The balance of the account, one item per asset. */
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
   * The fills of the account, at most 100 from at most 7 days. They are authoritative for what was executed: the
   * history was observed to show a finished order without it for a while.
   */
  @Outer('getTrades', { check: queryOrNothing })
  @Call('getTrades')
  async getTrades(query?: Data.TradeQuery, _options?: CallOptions): Promise<Data.ContractTrade[]> {
    return send(this, 'getTrades', { ...query });
  }

  /** Changes of the balance: profits, funding, deposits. It is repeated like every read, although it is a POST. */
  @Outer('getIncome', { check: queryOrNothing })
  @Call('getIncome')
  async getIncome(query?: Data.IncomeQuery, _options?: CallOptions): Promise<Data.IncomePage> {
    return send(this, 'getIncome', { ...query });
  }

  /** The commission of the account for orders of one contract. */
  @Outer('getCommissionRate', { check: symbolFirst })
  @Call('getCommissionRate')
  async getCommissionRate(symbol: string, _options?: CallOptions): Promise<Data.CommissionRate> {
    return send(this, 'getCommissionRate', { symbol });
  }

  /** Margin mode and leverages, of one contract or of all. */
  getSymbolConfig(symbol?: string, options?: CallOptions): Promise<SymbolConfig[]>;
  getSymbolConfig(options: CallOptions): Promise<SymbolConfig[]>;
  @Outer('getSymbolConfig', { check: symbolOrNothing })
  @Call('getSymbolConfig')
  async getSymbolConfig(symbol?: string | CallOptions, _options?: CallOptions): Promise<SymbolConfig[]> {
    return send(this, 'getSymbolConfig', { symbol: symbolFrom(symbol) });
  }

  /**
   * Closes the positions of one contract, long and short, or of all contracts at the market price. It has no id for
   * a lookup, so it is never sent again if it may have been executed.
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

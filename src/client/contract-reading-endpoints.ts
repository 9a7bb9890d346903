import type { ContractReadingOperation, Endpoint } from './endpoint.js';

const publicData = {
  verb: 'GET',
  effect: 'read',
  parameters: 'query',
  signed: false,
  policy: 'contract.market',
  priority: 'normal',
  orders: 0,
  whenUnknown: 'send again',
} as const;

const ofAccount = { ...publicData, signed: true, policy: 'contract.account' } as const;

/**
 * Reads of the contract market, apart from those that spot has too. Source: as the others, and answers recorded live.
 */
export const contractReadingEndpoints: Readonly<Record<ContractReadingOperation, Endpoint>> = {
  getApiTradingSymbols: {
    ...publicData,
    path: '/capi/v3/market/apiTradingSymbols',
    answer: 'texts',
    weight: 5,
  },
  getPremiumIndex: { ...publicData, path: '/capi/v3/market/premiumIndex', answer: 'objectOrList', weight: 1 },
  getFundingRates: { ...publicData, path: '/capi/v3/market/fundingRate', answer: 'list', weight: 5 },
  getOpenInterest: { ...publicData, path: '/capi/v3/market/openInterest', answer: 'ofSymbol', weight: 2 },
  getKlines: { ...publicData, path: '/capi/v3/market/klines', answer: 'rows', weight: 1 },
  getHistoryKlines: { ...publicData, path: '/capi/v3/market/historyKlines', answer: 'rows', weight: 5 },
  getTrades: { ...ofAccount, path: '/capi/v3/userTrades', answer: 'list', weight: 5 },
  // It reads, although it is a POST.
  getIncome: {
    ...ofAccount,
    verb: 'POST',
    parameters: 'body',
    path: '/capi/v3/account/income',
    answer: 'items',
    weight: 5,
  },
  getCommissionRate: { ...ofAccount, path: '/capi/v3/account/commissionRate', answer: 'ofSymbol', weight: 5 },
  getSymbolConfig: { ...ofAccount, path: '/capi/v3/account/symbolConfig', answer: 'list', weight: 5 },
};

import * as account from './contract-account.js';
import * as algos from './contract-algo-orders.js';
import * as marketData from './contract-market-data.js';
import * as orders from './contract-orders.js';
import * as settings from './contract-settings.js';
import * as demo from './demo-trading.js';
import { type Endpoint, endpointsOf } from './endpoint.js';
import { historyKlines, indexKlines, klines, recentTrades } from './market-history.js';
import { apiTradingSymbols } from './symbols.js';

const market = 'contract';

/** The contract V3 API. Weights as the exchange documents them. */
export const contractEndpoints: readonly Endpoint[] = [
  ...endpointsOf(market, 'public', [
    ['getServerTime', 'GET', '/capi/v3/market/time', 1, ({ serverTimeMs }) => ({ serverTime: serverTimeMs })],
    ['getExchangeInfo', 'GET', '/capi/v3/market/exchangeInfo', 1, marketData.exchangeInfo],
    ['getApiTradingSymbols', 'GET', '/capi/v3/market/apiTradingSymbols', 5, () => apiTradingSymbols(market)],
    ['getTicker', 'GET', '/capi/v3/market/ticker/24hr', 40, marketData.tickers],
    ['getBookTicker', 'GET', '/capi/v3/market/ticker/bookTicker', 1, marketData.bookTicker],
    ['getSymbolPrice', 'GET', '/capi/v3/market/symbolPrice', 1, marketData.symbolPrice],
    ['getDepth', 'GET', '/capi/v3/market/depth', 1, marketData.depth],
    ['getRecentTrades', 'GET', '/capi/v3/market/trades', 5, recentTrades(market)],
    ['getKlines', 'GET', '/capi/v3/market/klines', 1, klines(market)],
    ['getMarkPriceKlines', 'GET', '/capi/v3/market/markPriceKlines', 1, klines(market)],
    ['getIndexPriceKlines', 'GET', '/capi/v3/market/indexPriceKlines', 1, indexKlines],
    ['getHistoryKlines', 'GET', '/capi/v3/market/historyKlines', 5, historyKlines],
    ['getPremiumIndex', 'GET', '/capi/v3/market/premiumIndex', 1, marketData.premiumIndex],
    ['getFundingRates', 'GET', '/capi/v3/market/fundingRate', 5, marketData.fundingRates],
    ['getOpenInterest', 'GET', '/capi/v3/market/openInterest', 2, marketData.openInterest],
  ]),
  ...endpointsOf(market, 'private', [
    ['getAccountBalance', 'GET', '/capi/v3/account/balance', 5, account.balance],
    ['getAccountConfig', 'GET', '/capi/v3/account/accountConfig', 5, settings.accountConfig],
    ['getSymbolConfig', 'GET', '/capi/v3/account/symbolConfig', 5, settings.symbolConfig],
    ['getCommissionRate', 'GET', '/capi/v3/account/commissionRate', 5, settings.commissionRate],
    ['setLeverage', 'POST', '/capi/v3/account/leverage', 10, settings.setLeverage],
    ['setMarginType', 'POST', '/capi/v3/account/marginType', 20, settings.setMarginType],
    ['movePositionMargin', 'POST', '/capi/v3/account/positionMargin', 15, settings.movePositionMargin],
    [
      'setAutoAppendMargin',
      'POST',
      '/capi/v3/account/modifyAutoAppendMargin',
      15,
      settings.setAutoAppendMargin,
    ],
    ['getIncome', 'POST', '/capi/v3/account/income', { reads: 5 }, account.income],
    ['getPositions', 'GET', '/capi/v3/account/position/allPosition', 10, account.allPositions],
    ['getPosition', 'GET', '/capi/v3/account/position/singlePosition', 2, account.singlePosition],
    ['placeOrder', 'POST', '/capi/v3/order', { orders: 1 }, orders.placeOrder],
    ['placeOrders', 'POST', '/capi/v3/batchOrders', { orders: 5 }, orders.placeOrders],
    ['cancelOrder', 'DELETE', '/capi/v3/order', 1, orders.cancelOrder],
    ['cancelOrders', 'DELETE', '/capi/v3/batchOrders', 5, orders.cancelOrders],
    ['cancelAllOrders', 'DELETE', '/capi/v3/allOpenOrders', 5, orders.cancelAllOrders],
    ['getOrder', 'GET', '/capi/v3/order', 2, orders.getOrder],
    ['getOpenOrders', 'GET', '/capi/v3/openOrders', 2, orders.getOpenOrders],
    ['getOrderHistory', 'GET', '/capi/v3/order/history', 10, orders.getOrderHistory],
    ['placeAlgoOrder', 'POST', '/capi/v3/algoOrder', { orders: 1 }, algos.placeAlgoOrder],
    ['cancelAlgoOrder', 'DELETE', '/capi/v3/algoOrder', 3, algos.cancelAlgoOrder],
    ['cancelAllAlgoOrders', 'DELETE', '/capi/v3/algoOpenOrders', 5, algos.cancelAllAlgoOrders],
    ['getOpenAlgoOrders', 'GET', '/capi/v3/openAlgoOrders', 3, algos.getOpenAlgoOrders],
    ['getAlgoOrderHistory', 'GET', '/capi/v3/allAlgoOrders', 10, algos.getAlgoOrderHistory],
    ['placeTpSlOrder', 'POST', '/capi/v3/placeTpSlOrder', { orders: 1 }, algos.placeTpSlOrder],
    ['modifyTpSlOrder', 'POST', '/capi/v3/modifyTpSlOrder', { orders: 1 }, algos.modifyTpSlOrder],
    ['getTrades', 'GET', '/capi/v3/userTrades', 5, account.getTrades],
    ['closePositions', 'POST', '/capi/v3/closePositions', 40, account.closePositions],
    ['getDemoBalance', 'GET', '/capi/v3/sim/balance', 5, demo.balance],
    ['getDemoPositions', 'GET', '/capi/v3/sim/position/allPosition', 10, demo.allPositions],
    ['placeDemoOrder', 'POST', '/capi/v3/sim/order', { orders: 1 }, demo.placeOrder],
    ['getDemoOrderHistory', 'GET', '/capi/v3/sim/order/history', 10, demo.getOrderHistory],
  ]),
];

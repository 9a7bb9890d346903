import { klines, recentTrades } from './market-history.js';
import { type Endpoint, endpointsOf } from './endpoint.js';
import * as account from './spot-account.js';
import * as marketData from './spot-market-data.js';
import * as orders from './spot-orders.js';
import { apiTradingSymbols } from './symbols.js';

const market = 'spot';

/** The spot V3 API. Weights as the exchange documents them. */
export const spotEndpoints: readonly Endpoint[] = [
  ...endpointsOf(market, 'public', [
    ['ping', 'GET', '/api/v3/ping', 1, () => ({})],
    ['getServerTime', 'GET', '/api/v3/time', 1, ({ serverTimeMs }) => ({ serverTime: serverTimeMs })],
    ['getExchangeInfo', 'GET', '/api/v3/exchangeInfo', 20, marketData.exchangeInfo],
    ['getCoins', 'GET', '/api/v3/coins', 5, marketData.coins],
    ['getApiTradingSymbols', 'GET', '/api/v3/apiTradingSymbols', 5, () => apiTradingSymbols(market)],
    ['getTicker', 'GET', '/api/v3/market/ticker/24hr', 2, marketData.tickers],
    ['getSymbolPrice', 'GET', '/api/v3/market/ticker/price', 4, marketData.prices],
    ['getBookTicker', 'GET', '/api/v3/market/ticker/bookTicker', 4, marketData.bookTickers],
    ['getDepth', 'GET', '/api/v3/market/depth', 5, marketData.depth],
    ['getRecentTrades', 'GET', '/api/v3/market/trades', 25, recentTrades(market)],
    ['getKlines', 'GET', '/api/v3/market/klines', 2, klines(market)],
  ]),
  ...endpointsOf(market, 'private', [
    ['getAccountBalance', 'GET', '/api/v3/account', 5, account.account],
    ['placeOrder', 'POST', '/api/v3/order', { orders: 1 }, orders.placeOrder],
    ['placeOrders', 'POST', '/api/v3/order/batch', { orders: 5 }, orders.placeOrders],
    ['cancelOrder', 'DELETE', '/api/v3/order', 1, orders.cancelOrder],
    ['cancelOrders', 'DELETE', '/api/v3/order/batch', 5, orders.cancelOrders],
    ['cancelAllOrders', 'DELETE', '/api/v3/openOrders', 5, orders.cancelAllOrders],
    ['getOrder', 'GET', '/api/v3/order', 2, orders.getOrder],
    ['getOpenOrders', 'GET', '/api/v3/openOrders', 3, orders.getOpenOrders],
    ['getOrderHistory', 'GET', '/api/v3/allOrders', 10, orders.getOrderHistory],
    ['getTrades', 'GET', '/api/v3/myTrades', 5, account.getTrades],
    ['getBills', 'POST', '/api/v3/account/bills', { reads: 5 }, account.bills],
    ['getFundingBills', 'POST', '/api/v3/account/fundingBills', { reads: 5 }, account.fundingBills],
    ['getTransferRecords', 'GET', '/api/v3/account/transferRecords', 3, account.transferRecords],
  ]),
];

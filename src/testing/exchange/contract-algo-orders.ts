import type { WorkingAlgo } from './algo-book.js';
import { executePrice, readAlgoOrder, readTpSlOrder } from './algo-request.js';
import { longId } from './answer.js';
import type { PlaceResult } from './contract-orders.js';
import type { EndpointCall } from './endpoint.js';
import { unknownOrder } from './order-book.js';
import { pageOf, timesOf, wholeNumber } from './order-queries.js';
import { amountOf, oneOf, symbolOf, textOf } from './parameters.js';
import { missingParameter } from './refusal.js';

const market = 'contract';

/** Accepts one conditional order. */
export function placeAlgoOrder({ world, body, nowMs, visibility }: EndpointCall): PlaceResult {
  const { record } = world.contract.algos.place(readAlgoOrder(body), nowMs, visibility);
  return {
    orderId: record.algoId,
    clientOrderId: record.clientAlgoId,
    success: true,
    errorCode: '',
    errorMessage: '',
  };
}

/** Accepts a take-profit or stop-loss of a position; the answer is a list of one. */
export function placeTpSlOrder({ world, body, nowMs, visibility }: EndpointCall): object[] {
  const { record } = world.contract.algos.place(readTpSlOrder(body), nowMs, visibility);
  return [{ success: true, orderId: longId(record.algoId), errorCode: '', errorMessage: '' }];
}

/** Changes the trigger of a waiting conditional order. */
export function modifyTpSlOrder(call: EndpointCall): object {
  const { body, world, nowMs } = call;
  const algo = named(call, textOf(body, 'orderId'));
  const change = {
    triggerUnits: amountOf(body, 'triggerPrice', algo.symbol.priceDecimals),
    priceUnits: executePrice(body, algo.symbol),
  };
  const workingType =
    textOf(body, 'triggerPriceType') === undefined
      ? algo.record.workingType
      : oneOf(body, 'triggerPriceType', ['CONTRACT_PRICE', 'MARK_PRICE'], -1140);
  if (algo.record.status !== 'UNTRIGGERED') throw unknownOrder(market);
  world.contract.algos.modify(algo, change, workingType, nowMs);
  return { success: true };
}

/** Cancels a waiting conditional order. */
export function cancelAlgoOrder(call: EndpointCall): object {
  const algo = named(call, textOf(call.query, 'orderId'));
  if (!call.world.contract.algos.cancel(algo, call.nowMs)) throw unknownOrder(market);
  const { algoId, clientAlgoId } = algo.record;
  return {
    orderId: algoId,
    origClientOrderId: clientAlgoId,
    success: true,
    errorCode: '',
    errorMessage: '',
  };
}

/** Cancels the waiting conditional orders, of one symbol or of all. */
export function cancelAllAlgoOrders(call: EndpointCall): object[] {
  const { algos } = call.world.contract;
  const wanted = ofSymbol(call);
  return algos
    .waiting()
    .filter(wanted)
    .map((algo) => ({
      orderId: longId(algo.record.algoId),
      success: algos.cancel(algo, call.nowMs),
      errorCode: '',
      errorMessage: '',
    }));
}

/** The waiting conditional orders, newest first. Their pages count from 1, those of other orders from 0. */
export function getOpenAlgoOrders(call: EndpointCall): object[] {
  const shown = call.world.contract.algos.waiting().filter(seen(call)).toReversed();
  return pageOf(call.query, shown, { limit: 100, most: 100, firstPage: 1 }).map(algoView);
}

/** The finished conditional orders, newest first, in an object. */
export function getAlgoOrderHistory(call: EndpointCall): object {
  const shown = call.world.contract.algos.finished().filter(seen(call)).toReversed();
  const limit = wholeNumber(call.query, 'limit', 1, 1_000) ?? 500;
  return { orders: shown.slice(0, limit).map(algoView) };
}

function seen(call: EndpointCall): (algo: WorkingAlgo) => boolean {
  const wanted = ofSymbol(call);
  const { startMs, endMs } = timesOf(call.query);
  return (algo) =>
    wanted(algo) &&
    algo.visibleAtMs <= call.nowMs &&
    algo.record.createTime >= startMs &&
    algo.record.createTime <= endMs;
}

function ofSymbol({ query }: EndpointCall): (algo: WorkingAlgo) => boolean {
  const name = textOf(query, 'symbol');
  const symbol = name === undefined ? undefined : symbolOf(market, name);
  return (algo) => symbol === undefined || algo.symbol === symbol;
}

function named({ world }: EndpointCall, orderId: string | undefined): WorkingAlgo {
  if (orderId === undefined) throw missingParameter('orderId');
  const algo = world.contract.algos.byId(orderId);
  if (!algo) throw unknownOrder(market);
  return algo;
}

function algoView({ record }: WorkingAlgo): object {
  return {
    algoId: longId(record.algoId),
    clientAlgoId: record.clientAlgoId,
    algoType: 'CONDITIONAL',
    orderType: record.orderType,
    symbol: record.symbol,
    side: record.side,
    positionSide: record.positionSide,
    timeInForce: record.orderType.endsWith('MARKET') ? 'IOC' : 'GTC',
    quantity: record.quantity,
    algoStatus: record.status,
    actualOrderId: record.actualOrderId === undefined ? 0 : longId(record.actualOrderId),
    actualPrice: '0',
    triggerPrice: record.triggerPrice,
    price: record.price,
    tpTriggerPrice: null,
    tpPrice: null,
    slTriggerPrice: null,
    slPrice: null,
    tpOrderType: null,
    workingType: record.workingType,
    closePosition: false,
    reduceOnly: (record.side === 'BUY') !== (record.positionSide === 'LONG'),
    createTime: record.createTime,
    updateTime: record.updateTime,
    triggerTime: record.triggerTime,
  };
}

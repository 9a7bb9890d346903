import { type AttachedTrigger, readAttached, workingTypeOf } from './attached-trigger.js';
import { amountOf, clientIdOf, oneOf, type Parameters, textOf, tradableSymbolOf } from './parameters.js';
import { badParameter, missingParameter } from './refusal.js';
import type { AlgoOrderType, WorkingType } from './simulated-algo-order.js';
import type { TradingSymbol } from './symbols.js';

/** A conditional order as requested, checked and in whole units. */
export interface AlgoRequest {
  readonly origin: 'algoOrder' | 'placeTpSlOrder' | 'attached';
  readonly symbol: TradingSymbol;
  readonly side: 'BUY' | 'SELL';
  readonly positionSide: 'LONG' | 'SHORT';
  readonly orderType: AlgoOrderType;
  readonly quantityUnits: number;
  readonly triggerUnits: number;
  /** 0 for a market order. */
  readonly priceUnits: number;
  readonly workingType: WorkingType;
  /** `undefined`: the exchange generates one. */
  readonly clientAlgoId: string | undefined;
  readonly attached: readonly AttachedTrigger[];
}

const market = 'contract';
const algoTypes = ['STOP', 'TAKE_PROFIT', 'STOP_MARKET', 'TAKE_PROFIT_MARKET'] as const;

/** Checks the fields of a conditional order; throws the refusal that the exchange returns. */
export function readAlgoOrder(parameters: Parameters): AlgoRequest {
  const symbol = tradableSymbolOf(market, textOf(parameters, 'symbol'));
  const orderType = oneOf(parameters, 'type', algoTypes, -1116);
  return {
    origin: 'algoOrder',
    symbol,
    side: oneOf(parameters, 'side', ['BUY', 'SELL'], -1117),
    positionSide: oneOf(parameters, 'positionSide', ['LONG', 'SHORT'], -1140),
    orderType,
    quantityUnits: amountOf(parameters, 'quantity', symbol.quantityDecimals),
    triggerUnits: amountOf(parameters, 'triggerPrice', symbol.priceDecimals),
    priceUnits: orderType.endsWith('MARKET') ? 0 : amountOf(parameters, 'price', symbol.priceDecimals),
    workingType: 'CONTRACT_PRICE',
    clientAlgoId: requiredId(parameters),
    attached: readAttached(parameters, symbol, ['presetTakeProfitPrice', 'presetStopLossPrice']),
  };
}

/** Checks the fields of a take-profit or stop-loss of a position; throws the refusal that the exchange returns. */
export function readTpSlOrder(parameters: Parameters): AlgoRequest {
  const symbol = tradableSymbolOf(market, textOf(parameters, 'symbol'));
  const planType = oneOf(parameters, 'planType', ['TAKE_PROFIT', 'STOP_LOSS'], -1140);
  const positionSide = oneOf(parameters, 'positionSide', ['LONG', 'SHORT'], -1140);
  const quantity = textOf(parameters, 'quantity');
  // Observed on the exchange: it is required, and "0" is accepted but closes nothing.
  if (quantity === undefined) throw missingParameter('quantity');
  const quantityUnits =
    Number(quantity) === 0 ? 0 : amountOf(parameters, 'quantity', symbol.quantityDecimals);
  const priceUnits = executePrice(parameters, symbol);
  return {
    origin: 'placeTpSlOrder',
    symbol,
    side: positionSide === 'LONG' ? 'SELL' : 'BUY',
    positionSide,
    orderType: typeOf(planType, priceUnits),
    quantityUnits,
    triggerUnits: amountOf(parameters, 'triggerPrice', symbol.priceDecimals),
    priceUnits,
    workingType: workingTypeOf(parameters, 'triggerPriceType'),
    clientAlgoId: requiredId(parameters),
    attached: [],
  };
}

/** The execution price; 0 or none means the market. */
export function executePrice(parameters: Parameters, symbol: TradingSymbol): number {
  const text = textOf(parameters, 'executePrice');
  return text === undefined || Number(text) === 0
    ? 0
    : amountOf(parameters, 'executePrice', symbol.priceDecimals);
}

/** The conditional order that an attached stop becomes once its order is filled. */
export function attachedRequest(
  { kind, triggerUnits, workingType }: AttachedTrigger,
  { symbol, positionSide, quantityUnits }: Pick<AlgoRequest, 'symbol' | 'positionSide' | 'quantityUnits'>,
): AlgoRequest {
  return {
    origin: 'attached',
    symbol,
    side: positionSide === 'LONG' ? 'SELL' : 'BUY',
    positionSide,
    orderType: typeOf(kind, 0),
    quantityUnits,
    triggerUnits,
    priceUnits: 0,
    workingType,
    clientAlgoId: undefined,
    attached: [],
  };
}

/** Whether a rising price triggers a conditional order. */
export function triggersUpwards({ orderType, side }: Pick<AlgoRequest, 'orderType' | 'side'>): boolean {
  return orderType.startsWith('STOP') === (side === 'BUY');
}

/** The refusal of a trigger that the market has already passed. */
export function wrongSide(): Error {
  return badParameter("Parameter 'triggerPrice' is on the wrong side of the market.");
}

function typeOf(planType: 'TAKE_PROFIT' | 'STOP_LOSS', priceUnits: number): AlgoOrderType {
  const kind = planType === 'STOP_LOSS' ? 'STOP' : 'TAKE_PROFIT';
  return priceUnits === 0 ? `${kind}_MARKET` : kind;
}

function requiredId(parameters: Parameters): string {
  const id = clientIdOf(parameters, 'clientAlgoId');
  if (id === undefined) throw missingParameter('clientAlgoId');
  return id;
}

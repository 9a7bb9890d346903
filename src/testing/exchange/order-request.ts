import { type AttachedTrigger, readAttached } from './attached-trigger.js';
import { amountOf, clientIdOf, oneOf, type Parameters, textOf, tradableSymbolOf } from './parameters.js';
import { missingParameter, Refusal, refusedByMatching } from './refusal.js';
import type { SimulatedOrder } from './simulated-order.js';
import type { SymbolTable, TradingSymbol } from './symbols.js';

/** An order as requested, checked and in whole units. */
export interface OrderRequest {
  readonly symbol: TradingSymbol;
  readonly side: SimulatedOrder['side'];
  readonly positionSide: SimulatedOrder['positionSide'];
  readonly type: SimulatedOrder['type'];
  readonly timeInForce: SimulatedOrder['timeInForce'];
  /** 0 for a market order. */
  readonly priceUnits: number;
  readonly quantityUnits: number;
  /** `undefined`: the exchange generates one. */
  readonly clientOrderId: string | undefined;
  /** The attached stops. */
  readonly attached?: readonly AttachedTrigger[] | undefined;
}

/** Checks the fields of a new order; throws the refusal that the exchange returns. */
export function readOrderRequest(table: SymbolTable, parameters: Parameters): OrderRequest {
  const symbol = tradableSymbolOf(table, textOf(parameters, 'symbol'));
  const { market } = symbol;
  const side = oneOf(parameters, 'side', ['BUY', 'SELL'], -1117);
  const positionSide =
    market === 'contract' ? oneOf(parameters, 'positionSide', ['LONG', 'SHORT'], -1140) : undefined;
  const type = oneOf(parameters, 'type', ['LIMIT', 'MARKET'], -1116);
  const quantityUnits = amountOf(parameters, 'quantity', symbol.quantityDecimals);
  checkQuantity(symbol, quantityUnits);
  return {
    symbol,
    side,
    positionSide,
    type,
    timeInForce: type === 'MARKET' ? 'IOC' : timeInForceOf(market, parameters),
    priceUnits: type === 'MARKET' ? 0 : amountOf(parameters, 'price', symbol.priceDecimals),
    quantityUnits,
    clientOrderId: clientOrderIdOf(market, parameters),
    attached:
      market === 'contract' ? readAttached(parameters, symbol, ['tpTriggerPrice', 'slTriggerPrice']) : [],
  };
}

function timeInForceOf(
  market: TradingSymbol['market'],
  parameters: Parameters,
): SimulatedOrder['timeInForce'] {
  // Clients place spot limit orders without it, and the exchange accepts them.
  if (market === 'spot' && textOf(parameters, 'timeInForce') === undefined) return 'GTC';
  const allowed =
    market === 'spot' ? (['GTC', 'IOC', 'FOK'] as const) : (['GTC', 'IOC', 'FOK', 'POST_ONLY'] as const);
  return oneOf<SimulatedOrder['timeInForce']>(parameters, 'timeInForce', allowed, -1115);
}

function checkQuantity(symbol: TradingSymbol, quantityUnits: number): void {
  if (quantityUnits < symbol.minQuantityUnits) {
    throw refusedByMatching('INVALID_ARGUMENT: the size is below the minimum order size');
  }
  if (quantityUnits > symbol.maxQuantityUnits) {
    throw symbol.market === 'contract'
      ? new Refusal(400, -3007, 'The order quantity exceeds the maximum.')
      : refusedByMatching('INVALID_ARGUMENT: the size is above the maximum order size');
  }
}

function clientOrderIdOf(market: TradingSymbol['market'], parameters: Parameters): string | undefined {
  const id = clientIdOf(parameters, 'newClientOrderId');
  if (id === undefined && market === 'contract') throw missingParameter('newClientOrderId');
  return id;
}

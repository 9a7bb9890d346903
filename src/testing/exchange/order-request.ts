import { badParameter, missingParameter, Refusal, refusedByMatching } from './refusal.js';
import type { SimulatedOrder } from './simulated-order.js';
import { type Market, type TradingSymbol, tradingSymbols } from './symbols.js';
import { parseUnits } from './units.js';

/** An order as a client asked for it, checked and in whole units. */
export interface OrderRequest {
  readonly symbol: TradingSymbol;
  readonly side: SimulatedOrder['side'];
  readonly positionSide: SimulatedOrder['positionSide'];
  readonly type: SimulatedOrder['type'];
  readonly timeInForce: SimulatedOrder['timeInForce'];
  /** 0 for a market order. */
  readonly priceUnits: number;
  readonly quantityUnits: number;
  /** `undefined`: the exchange makes one. */
  readonly clientOrderId: string | undefined;
}

/** The fields of a request, from the query or the body. */
export type Parameters = Readonly<Record<string, unknown>>;

const clientOrderIdPattern = /^[.A-Z:/a-z0-9_-]{1,36}$/;

/** A parameter as text; `undefined` when it is missing or empty. */
export function textOf(parameters: Parameters, name: string): string | undefined {
  const value = parameters[name];
  return typeof value === 'string' || typeof value === 'number' ? String(value) || undefined : undefined;
}

/** A list among the parameters with at least one and at most so many items, or the refusal. */
function listOf(body: Parameters, name: string, most: number): unknown[] {
  const value = body[name];
  if (!Array.isArray(value) || value.length === 0) throw missingParameter(name);
  if (value.length > most) throw badParameter(`Parameter '${name}' has more than ${most} items.`);
  return value;
}

/** As {@link listOf}, for ids, which may be written as numbers. */
export function idsOf(body: Parameters, name: string, most: number): string[] {
  return listOf(body, name, most).map((item) => {
    if (typeof item === 'string' || typeof item === 'number') return String(item);
    throw badParameter(`Parameter '${name}' must hold ids.`);
  });
}

/** As {@link listOf}, for items that are objects themselves. */
export function objectsOf(body: Parameters, name: string, most: number): Parameters[] {
  return listOf(body, name, most).map((item) => {
    if (typeof item === 'object' && item !== null) return item as Parameters;
    throw badParameter(`Parameter '${name}' must hold objects.`);
  });
}

/** The symbol a request names, or the refusal. */
export function symbolOf(market: Market, name: string | undefined): TradingSymbol {
  if (name === undefined) throw missingParameter('symbol');
  const symbol = tradingSymbols[market].get(name);
  if (!symbol) throw new Refusal(400, -1121, `Invalid symbol: ${name.slice(0, 40)}.`);
  return symbol;
}

/** Checks the fields of a new order; throws the refusal that the exchange gives. */
export function readOrderRequest(market: Market, parameters: Parameters): OrderRequest {
  const symbol = symbolOf(market, textOf(parameters, 'symbol'));
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
  };
}

function oneOf<Value extends string>(
  parameters: Parameters,
  name: string,
  allowed: readonly Value[],
  code: number,
): Value {
  const value = textOf(parameters, name);
  if (value === undefined) throw missingParameter(name);
  const found = allowed.find((one) => one === value);
  if (!found) throw new Refusal(400, code, `Invalid ${name}: allowed is ${allowed.join(', ')}.`);
  return found;
}

function timeInForceOf(market: Market, parameters: Parameters): SimulatedOrder['timeInForce'] {
  // Clients place spot limit orders without it, and the exchange takes them.
  if (market === 'spot' && textOf(parameters, 'timeInForce') === undefined) return 'GTC';
  const allowed =
    market === 'spot' ? (['GTC', 'IOC', 'FOK'] as const) : (['GTC', 'IOC', 'FOK', 'POST_ONLY'] as const);
  return oneOf<SimulatedOrder['timeInForce']>(parameters, 'timeInForce', allowed, -1115);
}

function amountOf(parameters: Parameters, name: string, decimals: number): number {
  const text = textOf(parameters, name);
  if (text === undefined) throw missingParameter(name);
  const units = parseUnits(text, decimals);
  if (units === 'too-precise') {
    throw name === 'quantity'
      ? refusedByMatching('INVALID_ARGUMENT: the size is not a multiple of the stepSize')
      : new Refusal(400, -1160, `Parameter '${name}' has more than ${decimals} decimals.`);
  }
  if (!units) throw badParameter(`Parameter '${name}' must be a number greater than 0.`);
  return units;
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

function clientOrderIdOf(market: Market, parameters: Parameters): string | undefined {
  const id = textOf(parameters, 'newClientOrderId');
  if (id === undefined && market === 'contract') throw missingParameter('newClientOrderId');
  if (id !== undefined && !clientOrderIdPattern.test(id)) {
    throw new Refusal(400, -1180, "Parameter 'newClientOrderId' is too long or has special characters.");
  }
  return id;
}

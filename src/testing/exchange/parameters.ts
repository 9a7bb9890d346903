import { badParameter, invalidParameter, missingParameter, Refusal, refusedByMatching } from './refusal.js';
import { type Market, type SymbolTable, type TradingSymbol, tradingSymbols } from './symbols.js';
import { parseUnits } from './units.js';

/** The fields of a request, from the query or the body. */
export type Parameters = Readonly<Record<string, unknown>>;

const clientOrderIdPattern = /^[.A-Z:/a-z0-9_-]{1,36}$/;

/** A parameter as text; `undefined` if it is missing or empty. */
export function textOf(parameters: Parameters, name: string): string | undefined {
  const value = parameters[name];
  return typeof value === 'string' || typeof value === 'number' ? String(value) || undefined : undefined;
}

/** A list among the parameters with one to `most` items; otherwise throws the refusal. */
function listOf(body: Parameters, name: string, most: number): unknown[] {
  const value = body[name];
  if (!Array.isArray(value) || value.length === 0) throw missingParameter(name);
  if (value.length > most) throw badParameter(`Parameter '${name}' has more than ${most} items.`);
  return value;
}

/** Like {@link listOf}, for ids, which may be written as numbers. */
export function idsOf(body: Parameters, name: string, most: number): string[] {
  return listOf(body, name, most).map((item) => {
    if (typeof item === 'string' || typeof item === 'number') return String(item);
    throw badParameter(`Parameter '${name}' must hold ids.`);
  });
}

/** Like {@link listOf}, for items that are objects themselves. */
export function objectsOf(body: Parameters, name: string, most: number): Parameters[] {
  return listOf(body, name, most).map((item) => {
    if (typeof item === 'object' && item !== null) return item as Parameters;
    throw badParameter(`Parameter '${name}' must hold objects.`);
  });
}

/** The symbol of a request; otherwise throws the refusal. */
export function symbolOf(table: SymbolTable, name: string | undefined): TradingSymbol {
  if (name === undefined) throw missingParameter('symbol');
  const symbol = tradingSymbols[table].get(name);
  if (!symbol) throw new Refusal(400, -1121, `Invalid symbol: ${name.slice(0, 40)}.`);
  return symbol;
}

/** The symbol of an order; otherwise throws the refusal. */
export function tradableSymbolOf(table: SymbolTable, name: string | undefined): TradingSymbol {
  const symbol = symbolOf(table, name);
  if (!symbol.isOpenToApi) {
    throw new Refusal(400, -1058, 'The trading pair is not supported through the API.');
  }
  return symbol;
}

/** The symbol of a request for public data, in any case; otherwise throws the refusal. */
export function listedSymbolOf(market: Market, name: string | undefined): TradingSymbol {
  if (name === undefined) throw missingParameter('symbol');
  const symbol = tradingSymbols[market].get(name.toUpperCase());
  if (!symbol) throw invalidParameter('symbol');
  return symbol;
}

/** A parameter with one of the allowed values; otherwise throws the refusal. */
export function oneOf<Value extends string>(
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

/** A price or quantity above 0 in whole units; otherwise throws the refusal. */
export function amountOf(parameters: Parameters, name: string, decimals: number): number {
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

/** A client order id; throws the refusal if it is malformed. */
export function clientIdOf(parameters: Parameters, name: string): string | undefined {
  const id = textOf(parameters, name);
  if (id !== undefined && !clientOrderIdPattern.test(id)) {
    throw new Refusal(400, -1180, `Parameter '${name}' is too long or has special characters.`);
  }
  return id;
}

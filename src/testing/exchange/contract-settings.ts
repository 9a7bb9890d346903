import type { EndpointCall } from './endpoint.js';
import { symbolOf, textOf } from './parameters.js';
import { badParameter, missingParameter, Refusal, refusedByMatching } from './refusal.js';
import { type TradingSymbol, tradingSymbols } from './symbols.js';

const market = 'contract';
const mostLeverage = 400;

/** What the account may do. */
export function accountConfig({ world }: EndpointCall): object {
  return {
    canTrade: true,
    canDeposit: true,
    canWithdraw: true,
    dualSidePosition: true,
    updateTime: world.startedAtMs,
  };
}

/** Margin mode and leverage, of one symbol or of all. */
export function symbolConfig(call: EndpointCall): object[] {
  const name = textOf(call.query, 'symbol');
  const symbols = name === undefined ? [...tradingSymbols.contract.values()] : [symbolOf(market, name)];
  return symbols.map((symbol) => ({ ...settings(call, symbol), separatedType: 'COMBINED' }));
}

/** No fees are charged. */
export function commissionRate({ query }: EndpointCall): object {
  const { symbol } = symbolOf(market, textOf(query, 'symbol'));
  return { symbol, makerCommissionRate: '0', takerCommissionRate: '0' };
}

/** Sets the leverage of a symbol, unless orders of it stand. */
export function setLeverage(call: EndpointCall): object {
  const { book, ledger } = call.world.contract;
  const symbol = symbolOf(market, textOf(call.body, 'symbol'));
  const asked = ['crossLeverage', 'isolatedLongLeverage', 'isolatedShortLeverage'].flatMap((name) => {
    const text = textOf(call.body, name);
    return text === undefined ? [] : [Number(text)];
  });
  const [leverage] = asked;
  if (leverage === undefined) throw missingParameter('crossLeverage');
  if (!asked.every((one) => one >= 1)) throw badParameter('The leverage must be a number from 1.');
  if (!asked.every((one) => one <= mostLeverage))
    throw new Refusal(400, -3313, 'The leverage exceeds the maximum.');
  if (book.active().some((order) => order.symbol === symbol)) {
    throw refusedByMatching('FAILED_PRECONDITION: the leverage cannot change while orders stand');
  }
  ledger.setLeverage(symbol, leverage);
  return settings(call, symbol);
}

/** Takes a margin mode. The answer has the code of a success in it, as that of other settings has. */
export function setMarginType(call: EndpointCall): object {
  symbolOf(market, textOf(call.body, 'symbol'));
  const marginType = textOf(call.body, 'marginType');
  if (marginType !== 'CROSSED') {
    throw badParameter("Parameter 'marginType' must be CROSSED, the one mode of the simulated exchange.");
  }
  return { code: '200', msg: 'success', requestTime: call.serverTimeMs };
}

function settings({ world }: EndpointCall, symbol: TradingSymbol): object {
  const leverage = String(world.contract.ledger.leverageOf(symbol));
  return {
    symbol: symbol.symbol,
    marginType: 'CROSSED',
    crossLeverage: leverage,
    isolatedLongLeverage: leverage,
    isolatedShortLeverage: leverage,
  };
}

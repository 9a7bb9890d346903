import type { MarginType, Position } from './contract-ledger.js';
import type { EndpointCall } from './endpoint.js';
import { amountOf, oneOf, type Parameters, symbolOf, textOf } from './parameters.js';
import { badParameter, missingParameter, Refusal, refusedByMatching } from './refusal.js';
import { type TradingSymbol, tradingSymbols } from './symbols.js';

const market = 'contract';
const mostLeverage = 400;
const marginTypes: readonly MarginType[] = ['CROSSED', 'ISOLATED'];

/** The leverages that belong to a margin mode. */
const leverageNames = {
  CROSSED: ['crossLeverage'],
  ISOLATED: ['isolatedLongLeverage', 'isolatedShortLeverage'],
} as const;

/** The permissions of the account. */
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
export function symbolConfig({ query, world }: EndpointCall): object[] {
  const name = textOf(query, 'symbol');
  const symbols = name === undefined ? [...tradingSymbols.contract.values()] : [symbolOf(market, name)];
  return symbols.map((symbol) => {
    const settings = world.contract.ledger.settingsOf(symbol);
    return {
      symbol: symbol.symbol,
      marginType: settings.marginType,
      separatedType: 'COMBINED',
      crossLeverage: String(settings.crossLeverage),
      isolatedLongLeverage: String(settings.isolatedLongLeverage),
      isolatedShortLeverage: String(settings.isolatedShortLeverage),
    };
  });
}

/** No fees are charged. */
export function commissionRate({ query }: EndpointCall): object {
  const { symbol } = symbolOf(market, textOf(query, 'symbol'));
  return { symbol, makerCommissionRate: '0', takerCommissionRate: '0' };
}

/**
 * Sets the leverages of one margin mode, unless the symbol has open orders; those of the other mode are returned as
 * 0.
 */
export function setLeverage({ body, world }: EndpointCall): object {
  const { ledger } = world.contract;
  const symbol = symbolOf(market, textOf(body, 'symbol'));
  const marginType = modeOfLeverage(body);
  const given = leverageNames[marginType].filter((name) => textOf(body, name) !== undefined);
  if (given.length === 0) throw missingParameter(leverageNames[marginType][0]);
  const changes = Object.fromEntries(given.map((name) => [name, Number(textOf(body, name))]));
  if (!Object.values(changes).every((one) => one >= 1)) {
    throw badParameter('The leverage must be a number from 1.');
  }
  if (!Object.values(changes).every((one) => one <= mostLeverage)) {
    throw new Refusal(400, -3313, 'The leverage exceeds the maximum.');
  }
  if (hasOrders(world, symbol)) {
    throw refusedByMatching('FAILED_PRECONDITION: the leverage cannot change while orders are open');
  }
  ledger.set(symbol, changes);
  const settings = ledger.settingsOf(symbol);
  const shown = (name: 'crossLeverage' | 'isolatedLongLeverage' | 'isolatedShortLeverage') =>
    (leverageNames[marginType] as readonly string[]).includes(name) ? String(settings[name]) : '0';
  return {
    symbol: symbol.symbol,
    marginType,
    crossLeverage: shown('crossLeverage'),
    isolatedLongLeverage: shown('isolatedLongLeverage'),
    isolatedShortLeverage: shown('isolatedShortLeverage'),
  };
}

/** Clients omit the mode and send the leverage of one. */
function modeOfLeverage(body: Parameters): MarginType {
  if (textOf(body, 'marginType') !== undefined) return oneOf(body, 'marginType', marginTypes, -1140);
  const isIsolated = leverageNames.ISOLATED.some((name) => textOf(body, name) !== undefined);
  return isIsolated ? 'ISOLATED' : 'CROSSED';
}

/** Sets the margin mode of a symbol without positions and orders; the current mode is accepted too. */
export function setMarginType(call: EndpointCall): object {
  const { body, world } = call;
  const { ledger } = world.contract;
  const symbol = symbolOf(market, textOf(body, 'symbol'));
  const marginType = oneOf(body, 'marginType', marginTypes, -1140);
  const isSeparated =
    textOf(body, 'separatedType') !== undefined &&
    oneOf(body, 'separatedType', ['COMBINED', 'SEPARATED'], -1140) === 'SEPARATED';
  if (isSeparated) {
    throw refusedByMatching('FAILED_PRECONDITION: the contract does not support the mode SEPARATED');
  }
  if (marginType !== ledger.settingsOf(symbol).marginType) {
    const isHeld = [...ledger.positions.values()].some((position) => position.symbol === symbol);
    if (isHeld || hasOrders(world, symbol)) {
      throw refusedByMatching(
        'FAILED_PRECONDITION: the margin mode cannot change while orders or positions are open',
      );
    }
    ledger.set(symbol, { marginType });
  }
  return success(call);
}

/** Adds margin to an isolated position, or removes it. */
export function movePositionMargin(call: EndpointCall): object {
  const { body, world } = call;
  const position = positionOf(call, 'isolatedPositionId');
  const amount = amountOf(body, 'amount', 8);
  const isAdded = oneOf(body, 'type', ['1', '2'], -1140) === '1';
  world.contract.ledger.moveMargin(position, isAdded ? amount : -amount);
  return success(call);
}

/**
 * Sets whether a position automatically takes more margin from the account; nothing is liquidated, so none ever
 * does.
 */
export function setAutoAppendMargin(call: EndpointCall): object {
  const position = positionOf(call, 'positionId');
  const { autoAppendMargin } = call.body;
  if (autoAppendMargin === undefined) throw missingParameter('autoAppendMargin');
  if (!['true', 'false'].includes(String(autoAppendMargin))) {
    throw badParameter("Parameter 'autoAppendMargin' must be true or false.");
  }
  position.autoAppendsMargin = String(autoAppendMargin) === 'true';
  return success(call);
}

function positionOf({ body, world }: EndpointCall, name: string): Position {
  const id = textOf(body, name);
  if (id === undefined) throw missingParameter(name);
  const position = [...world.contract.ledger.positions.values()].find((one) => one.id === id);
  if (!position) throw refusedByMatching('FAILED_PRECONDITION: the position does not exist');
  return position;
}

function hasOrders({ contract }: EndpointCall['world'], symbol: TradingSymbol): boolean {
  return contract.book.active().some((order) => order.symbol === symbol);
}

/** The answer contains a success code. */
function success({ serverTimeMs }: EndpointCall): object {
  return { code: '200', msg: 'success', requestTime: serverTimeMs };
}

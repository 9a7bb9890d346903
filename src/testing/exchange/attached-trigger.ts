import { amountOf, oneOf, type Parameters, textOf } from './parameters.js';
import { refusedByMatching } from './refusal.js';
import type { WorkingType } from './simulated-algo-order.js';
import type { TradingSymbol } from './symbols.js';

const workingTypes = ['CONTRACT_PRICE', 'MARK_PRICE'] as const;

/** A stop or take-profit attached to an order, always executed at the market. */
export interface AttachedTrigger {
  readonly kind: 'TAKE_PROFIT' | 'STOP_LOSS';
  readonly triggerUnits: number;
  readonly workingType: WorkingType;
}

/** Reads the stops attached to an order, from the fields of its take-profit and stop-loss. */
export function readAttached(
  parameters: Parameters,
  symbol: TradingSymbol,
  [takeProfit, stopLoss]: readonly [takeProfit: string, stopLoss: string],
): AttachedTrigger[] {
  const rows = [
    ['TAKE_PROFIT', takeProfit, 'TpWorkingType'],
    ['STOP_LOSS', stopLoss, 'SlWorkingType'],
  ] as const;
  return rows.flatMap(([kind, name, working]) =>
    textOf(parameters, name) === undefined
      ? []
      : [
          {
            kind,
            triggerUnits: amountOf(parameters, name, symbol.priceDecimals),
            workingType: workingTypeOf(parameters, working),
          },
        ],
  );
}

/** Refuses attached stops on the wrong side of the price at which their order is filled. */
export function checkAttached(
  attached: readonly AttachedTrigger[],
  positionSide: 'LONG' | 'SHORT' | undefined,
  referenceUnits: number,
): void {
  for (const { kind, triggerUnits } of attached) {
    const above = (kind === 'TAKE_PROFIT') === (positionSide === 'LONG');
    if (above ? triggerUnits > referenceUnits : triggerUnits < referenceUnits) continue;
    const side = above ? 'above' : 'below';
    throw refusedByMatching(`INVALID_ARGUMENT: the trigger price of ${kind} must be ${side} the price`);
  }
}

/** Which price triggers it; by default the last price of the contract. */
export function workingTypeOf(parameters: Parameters, name: string): WorkingType {
  return textOf(parameters, name) === undefined
    ? 'CONTRACT_PRICE'
    : oneOf(parameters, name, workingTypes, -1140);
}

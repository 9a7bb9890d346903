import { inspect } from 'node:util';
import { type ArgumentCheck, symbolFirst } from './argument-checks.js';
import { ContractAlgoOrders } from './contract-algo-orders.js';
import { contractEndpoints } from './contract-endpoints.js';
import type {
  AutoAppendRequest,
  Confirmation,
  LeverageRequest,
  LeverageSettings,
  MarginTypeRequest,
  PositionMarginRequest,
} from './margin-types.js';
import { marketMethods } from './market-methods.js';
import { isAmount } from './request-params.js';
import { noteDoubt, tellDoubt } from './setting-doubt.js';
import type { CallOptions } from './types.js';

const { Call, Outer, send } = marketMethods('contract', contractEndpoints);

type Fields = Readonly<Record<string, unknown>>;

/** Margin and leverage of the contract market. */
export class ContractSettings extends ContractAlgoOrders {
  /**
   * Sets the leverages of one margin mode of a contract; the exchange refuses it while the contract has open orders.
   * It is repeated if its answer was lost, since setting the same value twice changes nothing. An unanswered attempt
   * may be executed up to 30 s later, even after a newer value was set: read it back then.
   */
  @Outer('setLeverage', { check: leverageFirst, around: tellDoubt })
  @Call('setLeverage')
  async setLeverage(request: LeverageRequest, _options?: CallOptions): Promise<LeverageSettings> {
    return noteDoubt(request, send(this, 'setLeverage', { ...request }));
  }

  /**
   * Sets the margin mode of a contract. It is repeated if its answer was lost, since setting the same value twice
   * changes nothing. An unanswered attempt may be executed up to 30 s later, even after a newer value was set: read
   * it back then.
   */
  @Outer('setMarginType', { check: marginTypeFirst, around: tellDoubt })
  @Call('setMarginType')
  async setMarginType(request: MarginTypeRequest, _options?: CallOptions): Promise<Confirmation> {
    return noteDoubt(request, send(this, 'setMarginType', { ...request }));
  }

  /**
   * Adds margin to an isolated position, or removes it. It has no id for a lookup, so it is never sent again if it
   * may have been executed: then read `isolatedMargin` of `getPositions`.
   */
  @Outer('movePositionMargin', { check: positionMarginFirst })
  @Call('movePositionMargin')
  async movePositionMargin(request: PositionMarginRequest, _options?: CallOptions): Promise<Confirmation> {
    return send(this, 'movePositionMargin', { ...request });
  }

  /**
   * Sets whether an isolated position takes margin from the account automatically. It is repeated if its answer was
   * lost, since setting the same value twice changes nothing. An unanswered attempt may be executed up to 30 s later,
   * even after a newer value was set: read it back then.
   */
  @Outer('setAutoAppendMargin', { check: autoAppendFirst, around: tellDoubt })
  @Call('setAutoAppendMargin')
  async setAutoAppendMargin(request: AutoAppendRequest, _options?: CallOptions): Promise<Confirmation> {
    return noteDoubt(request, send(this, 'setAutoAppendMargin', { ...request }));
  }
}

const leverageNames = {
  CROSSED: ['crossLeverage'],
  ISOLATED: ['isolatedLongLeverage', 'isolatedShortLeverage'],
} as const;

/** A leverage for the other mode would be ignored, or set something that was not meant. */
function leverageFirst(args: readonly unknown[]): string[] {
  const faults = symbolOfFirst(args);
  const fields = fieldsOf(args);
  if (!fields) return faults;
  const { marginType } = fields;
  if (marginType !== 'CROSSED' && marginType !== 'ISOLATED') {
    return [...faults, `marginType must be 'CROSSED' or 'ISOLATED', received ${inspect(marginType)}`];
  }
  const names: readonly string[] = leverageNames[marginType];
  const given = Object.keys(fields).filter((name) => name.endsWith('Leverage') && fields[name] !== undefined);
  if (!given.some((name) => names.includes(name))) {
    faults.push(`${names.join(' or ')} is missing, but required for ${marginType}`);
  }
  for (const name of given) {
    if (!names.includes(name)) faults.push(`${name} does not belong to ${marginType}`);
    else if (!isAmount(fields[name])) {
      faults.push(`${name} must be more than 0, received ${inspect(fields[name])}`);
    }
  }
  return faults;
}

const separatedTypes: readonly unknown[] = [undefined, 'COMBINED', 'SEPARATED'];

function marginTypeFirst(args: readonly unknown[]): string[] {
  const faults = symbolOfFirst(args);
  const fields = fieldsOf(args);
  if (!fields) return faults;
  const { marginType, separatedType } = fields;
  if (marginType !== 'CROSSED' && marginType !== 'ISOLATED') {
    faults.push(`marginType must be 'CROSSED' or 'ISOLATED', received ${inspect(marginType)}`);
  }
  if (!separatedTypes.includes(separatedType)) {
    faults.push(`separatedType must be 'COMBINED' or 'SEPARATED', received ${inspect(separatedType)}`);
  }
  return faults;
}

/** The effect of a negative amount or another type is not documented. */
function positionMarginFirst(args: readonly unknown[]): string[] {
  const fields = fieldsOf(args);
  if (!fields) return [`the request must be an object, received ${inspect(args[0])}`];
  const { amount, isolatedPositionId, type } = fields;
  return [
    ...idFaults('isolatedPositionId', isolatedPositionId),
    ...(isAmount(amount) ? [] : [`amount must be more than 0, received ${inspect(amount)}`]),
    ...(type === 1 || type === 2 ? [] : [`type must be 1 to add or 2 to remove, received ${inspect(type)}`]),
  ];
}

function autoAppendFirst(args: readonly unknown[]): string[] {
  const fields = fieldsOf(args);
  if (!fields) return [`the request must be an object, received ${inspect(args[0])}`];
  const { autoAppendMargin, positionId } = fields;
  return [
    ...idFaults('positionId', positionId),
    ...(typeof autoAppendMargin === 'boolean'
      ? []
      : [`autoAppendMargin must be true or false, received ${inspect(autoAppendMargin)}`]),
  ];
}

function symbolOfFirst(args: readonly unknown[]): string[] {
  const fields = fieldsOf(args);
  return fields
    ? symbolFirst([fields['symbol']])
    : [`the request must be an object, received ${inspect(args[0])}`];
}

function idFaults(name: string, id: unknown): string[] {
  return id === undefined || id === '' ? [`${name} is missing`] : [];
}

function fieldsOf([request]: Parameters<ArgumentCheck>[0]): Fields | undefined {
  return typeof request === 'object' && request !== null ? (request as Fields) : undefined;
}

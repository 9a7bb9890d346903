import { checkOptions, optionFault, type OptionFault } from '../core/options/check-options.js';
import {
  hasMethods,
  isDelay,
  isFunction,
  isObject,
  longestMs,
  option,
  type OptionRule,
  optionTable,
} from '../core/options/option-table.js';
import { idKind, looksUpAll, type OrderSafety } from './order-safety.js';
import { sum } from './patience.js';

type Safety = OrderSafety<unknown, [], unknown>;
type Checked = Pick<Safety, Extract<keyof Safety, string>>;

const isVenue = (value: unknown): boolean =>
  isObject(value) &&
  'idProtects' in value &&
  ['visibleWithinMs', 'requestValidForMs'].every((name) => isDelay((value as Record<string, unknown>)[name]));

const range = `from 0 to ${longestMs}`;
const orFunction = (allowed: string, accepts: (value: unknown) => boolean): OptionRule =>
  option(`${allowed} or a function of the call`, (value) => isFunction(value) || accepts(value));
const ofCall = option('a function of the call', isFunction);

const table = optionTable<Checked>(
  {
    clientOrderId: ofCall,
    find: option('a function of the id and the call', isFunction),
    account: ofCall,
    watch: option('a function of the id, a listener and the call', isFunction),
    matches: option('a function of what was found and the call', isFunction),
    settleMs: orFunction(
      `a number ${range}, or a list of at least one,`,
      (value) => isDelay(value) || (Array.isArray(value) && value.length > 0 && value.every(isDelay)),
    ),
    reconcileDeadlineMs: orFunction(`a number ${range},`, isDelay),
    persist: option('a function of the id and the call', isFunction),
    journal: orFunction('an IntentJournal', hasMethods('sent', 'settled', 'open')),
    venue: orFunction('a Venue', isVenue),
    lookupPolicy: option('a policy', hasMethods('execute')),
  },
  ['clientOrderId', 'find'],
);

/**
 * Returns the given order safety, each option read once; rejects one that cannot work.
 *
 * @throws TypeError that lists every fault, the value received and what is allowed.
 */
export function checkOrderSafety<Given extends object>(from: Given): Given {
  const safety = checkOptions(table, from, 'use orderSafety', tooLittleTime);
  const { [idKind]: kind, [looksUpAll]: looks } = from as Partial<Safety>;
  return { ...safety, ...(looks && { [looksUpAll]: true }), ...(kind && { [idKind]: kind }) } as Given;
}

function tooLittleTime({ reconcileDeadlineMs, settleMs }: Partial<Checked>): OptionFault[] {
  // The result of a function is checked when it is called.
  if (reconcileDeadlineMs === undefined || typeof reconcileDeadlineMs === 'function') return [];
  if (settleMs === undefined || typeof settleMs === 'function') return [];
  const patienceMs = sum([settleMs].flat());
  if (!(reconcileDeadlineMs < patienceMs)) return [];
  const problem = `must be at least the sum of settleMs, ${patienceMs}, received ${reconcileDeadlineMs}`;
  return [optionFault('reconcileDeadlineMs', problem)];
}

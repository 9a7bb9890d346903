import { setExecutionStatus } from '../errors/set-execution-status.js';
import { saysNotExecuted } from '../policies/rules/in-doubt.js';
import type { Around } from './in-client.js';

/** Where a request keeps the state of its attempts: a guarded call works with a copy of the request. */
const doubtOf: unique symbol = Symbol('weex-resilience.doubt');

interface Doubt {
  /** Whether one of them may have been executed. */
  isOpen: boolean;
}

/** Records if an attempt may have been executed. */
export async function noteDoubt<Value>(request: object, attempt: Promise<Value>): Promise<Value> {
  try {
    return await attempt;
  } catch (error) {
    const { [doubtOf]: doubt } = request as { readonly [doubtOf]?: Doubt };
    if (doubt && !saysNotExecuted(error)) doubt.isOpen = true;
    throw error;
  }
}

/**
 * Wraps methods that are sent again if their answer was lost: a refusal of the last attempt does not say that no
 * earlier one was executed.
 */
export const tellDoubt: Around = async ({ args: [request, ...others], proceed }) => {
  const doubt: Doubt = { isOpen: false };
  const call = { ...(request as object), [doubtOf]: doubt };
  try {
    return await proceed([call, ...others]);
  } catch (error) {
    if (doubt.isOpen && saysNotExecuted(error)) setExecutionStatus(error, 'unknown');
    throw error;
  }
};

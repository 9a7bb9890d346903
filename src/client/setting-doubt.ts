import { setExecutionStatus } from '../errors/set-execution-status.js';
import { saysNotExecuted } from '../policies/in-doubt.js';
import type { Around } from './in-client.js';

/** The requests of which an attempt may have been executed. */
const inDoubt: WeakSet<object> = new WeakSet();

/** Remembers of an attempt that it may have been executed. */
export async function noteDoubt<Value>(request: object, attempt: Promise<Value>): Promise<Value> {
  try {
    return await attempt;
  } catch (error) {
    if (!saysNotExecuted(error)) inDoubt.add(request);
    throw error;
  }
}

/** Runs round a setting: a refusal of the last attempt does not say that none before it was executed. */
export const tellDoubt: Around = async ({ args: [request, ...others], proceed }) => {
  const call = { ...(request as object) };
  try {
    return await proceed([call, ...others]);
  } catch (error) {
    if (inDoubt.has(call) && saysNotExecuted(error)) setExecutionStatus(error, 'unknown');
    throw error;
  }
};

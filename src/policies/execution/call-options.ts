import { describeValue } from '../../core/options/check-options.js';
import type { CompiledPolicy } from './compiled-policy.js';
import { levels } from '../options/priorities.js';
import type { ExecuteOptions } from '../options/execute-options.js';

const noOptions: ExecuteOptions = {};

/**
 * Reads the options of a call from either form of the second argument of `execute`.
 *
 * @throws TypeError or RangeError that names the policy, the field and the allowed values.
 */
export function callOptions(policy: CompiledPolicy, fn: unknown, given: unknown): ExecuteOptions {
  return given === undefined && typeof fn === 'function' ? noOptions : readOptions(policy, fn, given);
}

function readOptions(policy: CompiledPolicy, fn: unknown, given: unknown): ExecuteOptions {
  if (typeof fn !== 'function')
    refuse(TypeError, policy, `the first argument must be a function, received ${typeof fn}`);
  if (given === undefined || given === null) return noOptions;
  if (typeof given !== 'object') {
    refuse(
      TypeError,
      policy,
      `the second argument must be an AbortSignal or an object, received ${typeof given}`,
    );
  }
  const { aborted } = given as { readonly aborted?: unknown };
  const options: ExecuteOptions = aborted === undefined ? given : { signal: given as AbortSignal };
  const { signal, priority, cost, key } = options;
  if (signal && typeof signal.addEventListener !== 'function') {
    refuse(TypeError, policy, `signal must be an AbortSignal, received ${typeof signal}`, signal);
  }
  if (priority !== undefined && !Object.hasOwn(levels, priority)) {
    refuse(
      TypeError,
      policy,
      `priority must be 'critical', 'normal' or 'background', received '${String(priority)}'`,
      priority,
    );
  }
  // Every object would have a circuit of its own.
  if (key !== undefined && typeof key !== 'string')
    refuse(TypeError, policy, `key must be a string, received ${describeValue(key)}`, key);
  if (cost !== undefined) checkCost(policy, cost);
  return options;
}

// A cost that never fits would block all calls behind it.
function checkCost(policy: CompiledPolicy, cost: number): void {
  const { limiter } = policy.admission;
  const limit = limiter?.config.limit ?? Number.MAX_SAFE_INTEGER;
  if (Number.isSafeInteger(cost) && cost >= 0 && cost <= limit) return;
  const range = limiter ? `from 0 to rateLimit.limit ${limit}` : 'of at least 0';
  refuse(RangeError, policy, `cost must be a whole number ${range}, received ${String(cost)}`, cost);
}

function refuse(
  ErrorClass: new (message: string) => Error,
  policy: CompiledPolicy,
  problem: string,
  value?: unknown,
): never {
  // A callback that is async by mistake: its rejection must not end the process.
  if (value instanceof Promise) value.catch(() => undefined);
  throw new ErrorClass(`Cannot execute a call of policy '${policy.name}': ${problem}`);
}

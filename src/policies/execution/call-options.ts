import type { Plan } from './plan.js';
import { levels } from '../options/priorities.js';
import type { ExecuteOptions } from '../options/execute-options.js';

const noOptions: ExecuteOptions = {};

/**
 * What a call says of itself, from either form of the second argument of `execute`.
 *
 * @throws TypeError or RangeError that names the policy, the field and what is allowed.
 */
export function callOptions(plan: Plan, fn: unknown, given: unknown): ExecuteOptions {
  if (typeof fn !== 'function')
    refuse(TypeError, plan, `the first argument must be a function, received ${typeof fn}`);
  if (given === undefined || given === null) return noOptions;
  if (typeof given !== 'object') {
    refuse(
      TypeError,
      plan,
      `the second argument must be an AbortSignal or an object, received ${typeof given}`,
    );
  }
  const options: ExecuteOptions = 'aborted' in given ? { signal: given as AbortSignal } : given;
  const { signal, priority, cost } = options;
  if (signal && typeof signal.addEventListener !== 'function') {
    refuse(TypeError, plan, `signal must be an AbortSignal, received ${typeof signal}`);
  }
  if (priority !== undefined && !Object.hasOwn(levels, priority)) {
    refuse(
      TypeError,
      plan,
      `priority must be 'critical', 'normal' or 'background', received '${String(priority)}'`,
    );
  }
  if (cost !== undefined) checkCost(plan, cost);
  return options;
}

// A cost that never fits would hold up everybody behind it.
function checkCost(plan: Plan, cost: number): void {
  const { limiter } = plan.admission;
  const limit = limiter?.config.limit ?? Number.MAX_SAFE_INTEGER;
  if (Number.isSafeInteger(cost) && cost >= 0 && cost <= limit) return;
  const range = limiter ? `from 0 to rateLimit.limit ${limit}` : 'of at least 0';
  refuse(RangeError, plan, `cost must be a whole number ${range}, received ${String(cost)}`);
}

function refuse(ErrorClass: new (message: string) => Error, plan: Plan, problem: string): never {
  throw new ErrorClass(`Cannot execute a call of policy '${plan.name}': ${problem}`);
}

import type { ExecuteOptions } from '../options/execute-options.js';
import type { Fallback, FallbackCall } from '../options/policy-options.js';
import type { RuleBook } from '../rules/rule-book.js';
import { runGuarded } from './run-guarded.js';
import { isPassing, type StaleValues } from './stale-values.js';

/** A call that failed. */
interface FailedCall {
  readonly plan: {
    readonly name: string;
    readonly rules: RuleBook;
    readonly stale: StaleValues | undefined;
    readonly fallback: Fallback | false | undefined;
  };
  readonly options: ExecuteOptions;
  readonly attempts: number;
  /** Whether an attempt may have been executed that nobody has disproved. */
  readonly exposed: boolean;
}

type End = (ok: boolean, result: unknown) => void;

/** What answers in place of a failed call: the last good value, or the fallback; `undefined` where there is neither. */
export function findStandIn(call: FailedCall, error: unknown, now: number): ((end: End) => void) | undefined {
  const { plan, options } = call;
  const rule = plan.rules.find(error);
  // An order that may stand must not be covered up, and an older one is not this one.
  if (options.resolveUnknown && call.exposed) return undefined;
  const stale = options.resolveUnknown ? undefined : plan.stale;
  const kept = isPassing(error, rule) ? stale?.find(options, now) : undefined;
  if (kept) return (end) => end(true, kept.value);
  const fallback = plan.fallback ?? rule?.fallback;
  if (!fallback) return undefined;
  return (end) =>
    runGuarded(
      () => fallback(error, fallbackCall(call)),
      (value) => end(true, value),
      (failure) => end(false, failure),
    );
}

function fallbackCall({ plan, options, attempts }: FailedCall): FallbackCall {
  const { key, args, operation, clientOrderId } = options;
  return { policy: plan.name, operation, clientOrderId, key, args, attempt: Math.max(0, attempts - 1) };
}

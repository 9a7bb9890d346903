import type { ExecuteOptions } from '../options/execute-options.js';
import type { Fallback, FallbackCall } from '../options/policy-options.js';
import type { ErrorRules } from '../rules/error-rules.js';
import { runGuarded } from './run-guarded.js';
import { isPassing, type StaleValues } from './stale-values.js';

/** A call that failed. */
interface FailedCall {
  readonly policy: {
    readonly name: string;
    readonly rules: ErrorRules;
    readonly stale: StaleValues | undefined;
    readonly fallback: Fallback | false | undefined;
  };
  readonly options: ExecuteOptions;
  readonly attempts: number;
  /** Whether an attempt may have been executed and nothing has disproved it. */
  readonly isInDoubt: boolean;
}

type End = (ok: boolean, result: unknown) => void;

/** What answers a failed call: the last good value, otherwise the fallback; `undefined` if there is neither. */
export function findStandIn(call: FailedCall, error: unknown, now: number): ((end: End) => void) | undefined {
  const { policy, options } = call;
  const rule = policy.rules.find(error);
  // A failure must stay visible while its order may exist, and an earlier order does not answer this call.
  if (options.resolveUnknown && call.isInDoubt) return undefined;
  const stale = options.resolveUnknown ? undefined : policy.stale;
  const kept = isPassing(error, rule) ? stale?.find(options, now) : undefined;
  if (kept) return (end) => end(true, kept.value);
  const fallback = policy.fallback ?? rule?.fallback;
  if (!fallback) return undefined;
  return (end) =>
    runGuarded(
      () => fallback(error, fallbackCall(call)),
      (value) => end(true, value),
      (failure) => end(false, failure),
    );
}

function fallbackCall({ policy, options, attempts }: FailedCall): FallbackCall {
  const { key, args, operation, clientOrderId } = options;
  return { policy: policy.name, operation, clientOrderId, key, args, attempt: Math.max(0, attempts - 1) };
}

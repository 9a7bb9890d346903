import type { Plan } from './plan.js';
import type { PolicySnapshot } from './resilience-policy.js';

/** What a policy is doing at this moment, part by part; a part that is off is not named. */
export function snapshotPlan({
  name,
  clock,
  breaker,
  admission,
  limiter,
  gate,
  retry,
}: Plan): PolicySnapshot {
  const now = clock.now();
  const load = admission?.load;
  const budget = retry ? retry.budget : undefined;
  return {
    name,
    ...(breaker ? { circuitBreaker: breaker.snapshot(now) } : {}),
    ...(load ? { bulkhead: load } : {}),
    ...(limiter ? { rateLimit: limiter.snapshot(now) } : {}),
    ...(gate ? { coolDown: { closedForMs: gate.closedForMs(now), waiting: gate.waiting } } : {}),
    ...(budget ? { retryBudget: { available: budget.available(now) } } : {}),
  };
}

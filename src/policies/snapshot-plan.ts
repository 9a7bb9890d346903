import type { Plan } from './execution/plan.js';
import type { PolicySnapshot } from './resilience-policy.js';

/** What a policy is doing at this moment, part by part; a part that is off is not named. */
export function snapshotPlan({
  name,
  clock,
  admission: { circuits, queue, limiter, coolDown },
  retry,
}: Plan): PolicySnapshot {
  const now = clock.now();
  const load = queue?.load;
  const budget = retry ? retry.budget : undefined;
  return {
    name,
    ...(circuits ? { circuitBreaker: circuits.snapshot(now) } : {}),
    ...(load ? { bulkhead: load } : {}),
    ...(limiter ? { rateLimit: limiter.snapshot(now) } : {}),
    ...(coolDown ? { coolDown: { closedForMs: coolDown.activeForMs(now), waiting: coolDown.waiting } } : {}),
    ...(budget ? { retryBudget: { available: budget.available(now) } } : {}),
  };
}

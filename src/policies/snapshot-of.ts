import type { CompiledPolicy } from './execution/compiled-policy.js';
import type { PolicySnapshot } from './resilience-policy.js';

/** The current state of a policy, part by part; parts that are off are left out. */
export function snapshotOf({
  name,
  clock,
  admission: { circuits, queue, limiter, coolDown },
  retry,
}: CompiledPolicy): PolicySnapshot {
  const now = clock.now();
  const load = queue?.load;
  const budget = retry ? retry.budget : undefined;
  return {
    name,
    ...(circuits ? { circuitBreaker: circuits.snapshot(now) } : {}),
    ...(load ? { bulkhead: load } : {}),
    ...(limiter ? { rateLimit: limiter.snapshot(now) } : {}),
    ...(coolDown ? { coolDown: { activeForMs: coolDown.activeForMs(now), waiting: coolDown.waiting } } : {}),
    ...(budget ? { retryBudget: { available: budget.available(now) } } : {}),
  };
}

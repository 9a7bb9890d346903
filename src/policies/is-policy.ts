import type { IPolicy } from 'cockatiel';
import type { ResiliencePolicy } from './resilience-policy.js';

/** Whether a value is a policy, of this library or of cockatiel. */
export function isPolicy(value: unknown): value is IPolicy {
  return typeof (value as { execute?: unknown } | null | undefined)?.execute === 'function';
}

/** Whether a policy is one of this library, whose `execute` takes more options than a signal. */
export function isResiliencePolicy(policy: IPolicy): policy is ResiliencePolicy {
  return typeof (policy as Partial<ResiliencePolicy>).executeOutcome === 'function';
}

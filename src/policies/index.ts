export { createBackoff } from './retry/backoff.js';
export { createPolicy } from './create-policy.js';
export { defaultRegistry, PolicyRegistry } from './policy-registry.js';
export { policies } from './presets.js';

export type { CircuitBreakerSnapshot } from './circuit-breaker/circuit-breaker.js';
export type { CircuitSnapshot, CircuitState } from './circuit-breaker/circuit.js';
export type {
  Coordinator,
  CoolDownMember,
  IdClaim,
  LimitDemand,
  LimitMember,
  SharedCoolDown,
  SharedLimit,
} from './options/coordinator.js';
export type { ErrorRule } from './options/error-rule.js';
export type { PolicyRegistryOptions } from './policy-registry.js';
export type {
  AnyPolicy,
  BackoffOptions,
  BulkheadOptions,
  CircuitBreakerOptions,
  CoolDownOptions,
  ErrorClass,
  Fallback,
  FallbackCall,
  Jitter,
  PolicyOptions,
  RateLimitOptions,
  Reserved,
  RetryBudgetOptions,
  RetryOptions,
} from './options/policy-options.js';
export type {
  ExecuteOptions,
  Outcome,
  PolicyDescription,
  PolicySnapshot,
  Priority,
  Resolution,
  ResiliencePolicy,
} from './resilience-policy.js';

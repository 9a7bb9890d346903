export { createBackoff } from './backoff.js';
export { createPolicy } from './create-policy.js';
export { defaultRegistry, PolicyRegistry } from './policy-registry.js';
export { policies } from './presets.js';

export type { CircuitBreakerSnapshot } from './circuit-breaker.js';
export type { CircuitSnapshot, CircuitState } from './circuit.js';
export type {
  Coordinator,
  GateMember,
  IdClaim,
  LimitDemand,
  LimitMember,
  SharedGate,
  SharedLimit,
} from './coordinator.js';
export type { ErrorRule } from './error-rule.js';
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
} from './policy-options.js';
export type {
  ExecuteOptions,
  Outcome,
  PolicyDescription,
  PolicySnapshot,
  Priority,
  Resolution,
  ResiliencePolicy,
} from './resilience-policy.js';

export { createPolicy } from './create-policy.js';
export { defaultRegistry, PolicyRegistry } from './policy-registry.js';
export { policies } from './presets.js';

export type { ErrorRule } from './options/policy-options.js';
export type { PolicyRegistryOptions } from './policy-registry.js';
export type {
  AnyPolicy,
  BulkheadOptions,
  CircuitBreakerOptions,
  CoolDownOptions,
  FallbackCall,
  PolicyOptions,
  RateLimitOptions,
  RetryOptions,
} from './options/policy-options.js';
export type {
  ExecuteOptions,
  Outcome,
  PolicyDescription,
  PolicySnapshot,
  Priority,
  ResiliencePolicy,
} from './resilience-policy.js';

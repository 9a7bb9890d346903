import type { BackoffOptions, Fallback } from './policy-options.js';

/** How errors of one class, and of its subclasses, are treated. What is left out is up to the parent class's rule. */
export interface ErrorRule {
  /** `false`: never. Otherwise retried, as often and after such delays, unless the policy itself says other numbers. */
  readonly retry?:
    | false
    | { readonly maxRetries?: number | undefined; readonly backoff?: BackoffOptions | undefined }
    | undefined;
  /** Whether it counts as a failure in the circuit breaker. */
  readonly circuitBreaker?: boolean | undefined;
  /** Whether it begins a cool-down of the scope, also for policies that do not name `coolDown`. */
  readonly coolDown?: boolean | undefined;
  /** Answers in place of the error, where the policy has no fallback of its own. */
  readonly fallback?: Fallback | false | undefined;
}

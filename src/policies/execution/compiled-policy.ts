import type { IBackoffFactory } from 'cockatiel';
import type { Clock } from '../../core/time/clock.js';
import type { Admission } from '../admission/admission.js';
import type { PolicyListeners } from '../events/call-events.js';
import type { AnyPolicy, BackoffOptions, ErrorClass, Fallback } from '../options/policy-options.js';
import type { ResolvedRetry } from '../retry/next-step.js';
import type { ErrorRules } from '../rules/error-rules.js';
import type { StaleValues } from '../fallback/stale-values.js';

/** Everything a call needs to know about its policy, resolved once. A call keeps the one it started with. */
export interface CompiledPolicy extends PolicyListeners {
  readonly name: string;
  /** The registry of the policy, as reported in events. */
  readonly origin: object | undefined;
  /** The policy itself, for code that reads its state. */
  readonly pipeline: object;
  readonly clock: Clock;
  readonly random: () => number;
  /** Whether every call must know when it starts. */
  readonly isTimed: boolean;
  /** Whether a time limit can end a call or one of its attempts. */
  readonly isLimited: boolean;
  readonly deadlineMs: number | undefined;
  readonly attemptTimeoutMs: number | undefined;
  /** `false`: never; `undefined`: only if a rule of the registry says so. */
  readonly retry: ResolvedRetry | false | undefined;
  /** The error classes that the circuit breaker counts, if its options name any. */
  readonly breakerOn: readonly ErrorClass[] | undefined;
  readonly admission: Admission;
  readonly cost: number;
  /** Whether the policy itself sets `coolDown`; otherwise only a rule of the registry starts one. */
  readonly ownCoolDown: boolean;
  readonly fallback: Fallback | false | undefined;
  readonly stale: StaleValues | undefined;
  readonly effect: 'read' | 'write' | undefined;
  readonly resynchronizeClock: ((error: unknown) => unknown) | undefined;
  readonly inner: AnyPolicy | undefined;
  readonly rules: ErrorRules;
  /** Returns the backoff of a rule that has its own, created on first use. */
  backoffOf(retry: { readonly backoff?: BackoffOptions | undefined } | undefined): IBackoffFactory<unknown>;
}

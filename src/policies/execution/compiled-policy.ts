import type { IBackoffFactory } from 'cockatiel';
import type { Clock } from '../../core/time/clock.js';
import type { Admission } from '../admission/admission.js';
import type { PolicyListeners } from '../events/call-events.js';
import type { AnyPolicy, BackoffOptions, ErrorClass, Fallback } from '../options/policy-options.js';
import type { ResolvedRetry } from '../retry/next-step.js';
import type { ErrorRules } from '../rules/error-rules.js';
import type { StaleValues } from '../fallback/stale-values.js';

/** Everything that a call needs to know of its policy, resolved once. A call keeps the one that it began with. */
export interface CompiledPolicy extends PolicyListeners {
  readonly name: string;
  /** The registry of the policy, as the events tell it. */
  readonly origin: object | undefined;
  /** The policy itself, for whoever reads its state. */
  readonly pipeline: object;
  readonly clock: Clock;
  readonly random: () => number;
  /** Whether every call has to know when it begins. */
  readonly isTimed: boolean;
  /** Whether time can end a call, or an attempt of it. */
  readonly isLimited: boolean;
  readonly deadlineMs: number | undefined;
  readonly attemptTimeoutMs: number | undefined;
  /** `false`: never; `undefined`: only where a rule of the registry says so. */
  readonly retry: ResolvedRetry | false | undefined;
  /** The classes that the circuit breaker counts, where its options name them. */
  readonly breakerOn: readonly ErrorClass[] | undefined;
  readonly admission: Admission;
  readonly cost: number;
  /** Whether the policy itself names `coolDown`; otherwise only a rule of the registry begins one. */
  readonly ownCoolDown: boolean;
  readonly fallback: Fallback | false | undefined;
  readonly stale: StaleValues | undefined;
  readonly effect: 'read' | 'write' | undefined;
  readonly resynchronizeClock: ((error: unknown) => unknown) | undefined;
  readonly inner: AnyPolicy | undefined;
  readonly rules: ErrorRules;
  /** The backoff of a rule that has one of its own, made at its first use. */
  backoffOf(retry: { readonly backoff?: BackoffOptions | undefined } | undefined): IBackoffFactory<unknown>;
}

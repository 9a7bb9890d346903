import type { CallFacts } from './call-facts.js';
import type { OrderSettled, OutcomeUnknown, ReconcileSettled, ReconcileStarted } from './order-events.js';

export type { CallFacts } from './call-facts.js';
export type { OrderSettled, OutcomeUnknown, ReconcileSettled, ReconcileStarted } from './order-events.js';

/** A call started. */
export interface CallStarted extends CallFacts {
  readonly type: 'callStarted';
  readonly priority: 'critical' | 'normal' | 'background';
  /** When the call must be over, on the scale of `at`; `undefined` if nothing limits it. */
  readonly deadline: number | undefined;
}

/** A call is over, after all its attempts and the fallback. */
export interface CallSettled extends CallFacts {
  readonly type: 'callSettled';
  /** The outcome before any fallback. `'aborted'`: the caller gave up, which is not a failure. */
  readonly outcome: 'success' | 'failure' | 'aborted';
  /** The failure, even if a fallback then answered; the reason of the abort; absent after a success. */
  readonly error?: unknown;
  /** How many attempts were started; 0 if the call was rejected before the first. */
  readonly attempts: number;
  /** From start to end, waits included. */
  readonly durationMs: number;
}

/** An attempt was admitted, and the method is about to be called. */
export interface AttemptStarted extends CallFacts {
  readonly type: 'attemptStarted';
  /** 0 for the first attempt, 1 for the first retry. */
  readonly attempt: number;
}

/** An attempt is over. */
export interface AttemptSettled extends CallFacts {
  readonly type: 'attemptSettled';
  readonly attempt: number;
  readonly outcome: 'success' | 'failure' | 'aborted';
  /** Absent after a success. */
  readonly error?: unknown;
  /** From the call of the method to its end, without any wait before it. */
  readonly durationMs: number;
}

/** An attempt failed and another one will follow. */
export interface RetryScheduled extends CallFacts {
  readonly type: 'retryScheduled';
  /** The number of the next attempt: 1 for the first retry. */
  readonly attempt: number;
  readonly delayMs: number;
  /**
   * `'retry-after'`: the exchange specified the delay. `'proven-absent'`: an unknown outcome was proven not
   * executed.
   */
  readonly reason: 'backoff' | 'retry-after' | 'proven-absent';
  /** The failure of the previous attempt. */
  readonly error: unknown;
}

/** An attempt failed and would have been repeated, but the retry budget had nothing left. */
export interface BudgetExhausted extends CallFacts {
  readonly type: 'budgetExhausted';
  /** The number of the attempt that was not made. */
  readonly attempt: number;
  readonly error: unknown;
}

/** A circuit changed its state. */
export interface CircuitChange {
  readonly at: number;
  readonly policy: string;
  /** The key of the circuit; `undefined` for the one circuit of a policy without keys. */
  readonly key?: string | undefined;
  /** The state that it left. */
  readonly from: 'closed' | 'open' | 'half-open' | 'isolated';
}

/** A circuit opened: calls are refused until the next trial. */
export interface CircuitOpened extends CircuitChange {
  readonly type: 'circuitOpened';
  /** How long until the first trial. */
  readonly halfOpenAfterMs: number;
  /** The failure that opened it; absent if slow calls did. */
  readonly error?: unknown;
}

/** A circuit lets trials through. */
export interface CircuitHalfOpened extends CircuitChange {
  readonly type: 'circuitHalfOpened';
}

/** A circuit closed: calls go through again. */
export interface CircuitClosed extends CircuitChange {
  readonly type: 'circuitClosed';
}

/** A circuit was isolated by hand: calls are refused until it is released by hand. */
export interface CircuitIsolated extends CircuitChange {
  readonly type: 'circuitIsolated';
}

/** A call waits for admission: for a slot of the bulkhead or for permits of the rate limit. */
export interface CallQueued extends CallFacts {
  readonly type: 'callQueued';
  readonly attempt: number;
  readonly priority: 'critical' | 'normal' | 'background';
  /** How many calls are waiting, including this one. */
  readonly queueLength: number;
}

/** A call left the queue of admission. */
export interface CallDequeued extends CallFacts {
  readonly type: 'callDequeued';
  readonly attempt: number;
  readonly priority: 'critical' | 'normal' | 'background';
  /** `'admitted'`, or it left without a slot: refused after its longest wait, out of time, or aborted. */
  readonly outcome: 'admitted' | 'refused' | 'aborted';
  readonly waitedMs: number;
  /** How many calls are still waiting. */
  readonly queueLength: number;
}

/** A call waits for something that stops all calls: a cool-down, or an open circuit. Published once per wait. */
export interface CallHeld extends CallFacts {
  readonly type: 'callHeld';
  /** The attempt that is waiting. */
  readonly attempt: number;
  readonly reason: 'cool-down' | 'circuit-open';
  /** How long it stays closed; the call may have to wait longer for its turn. */
  readonly delayMs: number;
}

/** The library itself rejected an attempt: nothing was sent. */
export interface CallRefused extends CallFacts {
  readonly type: 'callRefused';
  readonly attempt: number;
  readonly reason: 'circuit-open' | 'bulkhead-full' | 'queue-timeout' | 'cool-down' | 'deadline';
  readonly error: unknown;
}

/** The cool-down of a scope is active: the exchange asked for a pause. */
export interface CoolDownEntered {
  readonly type: 'coolDownEntered';
  readonly at: number;
  readonly policy: string;
  readonly scope: string;
  /** How long it lasts from now. Published again if a later answer extends it. */
  readonly delayMs: number;
  /** The answer that started it; absent if another process did. */
  readonly error?: unknown;
}

/** The cool-down of a scope is over. */
export interface CoolDownLeft {
  readonly type: 'coolDownLeft';
  readonly at: number;
  readonly policy: string;
  readonly scope: string;
  /** How long it was closed. */
  readonly lastedMs: number;
}

/** An adaptive rate limit was lowered, because the exchange refused a request. */
export interface LimitAdapted {
  readonly type: 'limitAdapted';
  readonly at: number;
  readonly policy: string;
  /** The limits before and after. */
  readonly from: number;
  readonly to: number;
  /** The answer that lowered it. */
  readonly error: unknown;
}

/**
 * The exchange publishes a different limit than its answers show; the policy uses the one in the answers. Published
 * once per limit.
 */
export interface LimitContradicted {
  readonly type: 'limitContradicted';
  readonly at: number;
  readonly market: 'spot' | 'contract';
  readonly limitType: 'weight' | 'orders';
  /** As published in `exchangeInfo`. */
  readonly published: { readonly limit: number; readonly windowMs: number };
  /** As shown in the headers of the answers. */
  readonly seen: { readonly limit: number; readonly windowMs: number };
}

/** A failed call was passed to its fallback, or to the last good value. */
export interface FallbackUsed extends CallFacts {
  readonly type: 'fallbackUsed';
  /** The failure that is answered. */
  readonly error: unknown;
}

/** The options of a policy were replaced while it was in use. */
export interface PolicyReconfigured {
  readonly type: 'policyReconfigured';
  readonly at: number;
  readonly policy: string;
  /** The names of the options that changed, for example `['retry', 'bulkhead']`. */
  readonly changed: readonly string[];
}

/** The coordinator does not answer: processes continue with their last shares. */
export interface CoordinatorLost {
  readonly type: 'coordinatorLost';
  readonly at: number;
  readonly error: unknown;
}

/** The coordinator of the processes of an account answers again. */
export interface CoordinatorRegained {
  readonly type: 'coordinatorRegained';
  readonly at: number;
  readonly lostForMs: number;
}

/** An interceptor turned a failure into a typed error. */
export interface ErrorClassified {
  readonly type: 'errorClassified';
  readonly at: number;
  readonly error: unknown;
  readonly method?: string | undefined;
  /** The path without its query. */
  readonly path?: string | undefined;
  /** The HTTP status; absent if there was no answer. */
  readonly status?: number | undefined;
  readonly durationMs?: number | undefined;
  /** Present if the request is known to belong to a call under a policy. */
  readonly operation?: string | undefined;
  readonly attempt?: number | undefined;
}

/** Everything that this library publishes, discriminated by `type`. */
export type ResilienceEvent =
  | CallStarted
  | CallSettled
  | AttemptStarted
  | AttemptSettled
  | RetryScheduled
  | BudgetExhausted
  | CircuitOpened
  | CircuitHalfOpened
  | CircuitClosed
  | CircuitIsolated
  | CallQueued
  | CallDequeued
  | CallHeld
  | CallRefused
  | CoolDownEntered
  | CoolDownLeft
  | LimitAdapted
  | LimitContradicted
  | FallbackUsed
  | ReconcileStarted
  | ReconcileSettled
  | OrderSettled
  | OutcomeUnknown
  | PolicyReconfigured
  | CoordinatorLost
  | CoordinatorRegained
  | ErrorClassified;

/** The name of an event: its `type`, and the end of its channel's name. */
export type ResilienceEventType = ResilienceEvent['type'];

/** The event of a type. */
export type ResilienceEventOf<Type extends ResilienceEventType> = Extract<ResilienceEvent, { type: Type }>;

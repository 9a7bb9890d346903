import type { CallFacts } from './call-facts.js';
import type { OrderSettled, OutcomeUnknown, ReconcileSettled, ReconcileStarted } from './order-events.js';

export type { CallFacts } from './call-facts.js';
export type { OrderSettled, OutcomeUnknown, ReconcileSettled, ReconcileStarted } from './order-events.js';

/** A call came in. */
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
  /** The number of the attempt to come: 1 for the first retry. */
  readonly attempt: number;
  readonly delayMs: number;
  /** `'retry-after'`: the exchange named the delay. `'proven-absent'`: an unknown outcome was found not executed. */
  readonly reason: 'backoff' | 'retry-after' | 'proven-absent';
  /** What the attempt before failed with. */
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
  /** How many calls wait, this one included. */
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
  /** How many calls still wait. */
  readonly queueLength: number;
}

/** A call waits for what keeps everybody away: a cool-down, or a circuit that is open. Told once for each wait. */
export interface CallHeld extends CallFacts {
  readonly type: 'callHeld';
  /** The attempt that waits to be made. */
  readonly attempt: number;
  readonly reason: 'cool-down' | 'circuit-open';
  /** How long it is closed from now on; the call may have to wait longer for its turn. */
  readonly delayMs: number;
}

/** The library itself rejected an attempt: nothing was sent. */
export interface CallRefused extends CallFacts {
  readonly type: 'callRefused';
  readonly attempt: number;
  readonly reason: 'circuit-open' | 'bulkhead-full' | 'queue-timeout' | 'cool-down' | 'deadline';
  readonly error: unknown;
}

/** The cool-down of a scope is active: the exchange said how long to stay away. */
export interface CoolDownEntered {
  readonly type: 'coolDownEntered';
  readonly at: number;
  readonly policy: string;
  readonly scope: string;
  /** How long it goes on from now. Published again where a later answer makes it longer. */
  readonly delayMs: number;
  /** The answer that started it; absent where another process did. */
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

/** A rate limit that is found out was lowered, because the exchange refused. */
export interface LimitAdapted {
  readonly type: 'limitAdapted';
  readonly at: number;
  readonly policy: string;
  /** The limit that was in force, and the one that is from now on. */
  readonly from: number;
  readonly to: number;
  /** The answer that lowered it. */
  readonly error: unknown;
}

/**
 * The exchange publishes another limit than its answers show; the policy uses that of the answers. Published once per
 * limit.
 */
export interface LimitContradicted {
  readonly type: 'limitContradicted';
  readonly at: number;
  readonly market: 'spot' | 'contract';
  readonly limitType: 'weight' | 'orders';
  /** As `exchangeInfo` has it. */
  readonly published: { readonly limit: number; readonly windowMs: number };
  /** As the headers of the answers have it. */
  readonly seen: { readonly limit: number; readonly windowMs: number };
}

/** A failed call was given to its fallback, or to the last good value, to answer in its place. */
export interface FallbackUsed extends CallFacts {
  readonly type: 'fallbackUsed';
  /** The failure for which it answers. */
  readonly error: unknown;
}

/** The options of a policy were exchanged while it runs. */
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

/** What connects the processes of an account answers again. */
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

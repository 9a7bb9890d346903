import type { CallFacts } from './call-facts.js';

/** The search for the outcome of a request started. */
export interface ReconcileStarted extends CallFacts {
  readonly type: 'reconcileStarted';
  readonly attempt: number;
  readonly clientOrderId?: string | undefined;
  /** The failure that left the outcome open. */
  readonly error: unknown;
}

/** The search for the outcome of a request is over. */
export interface ReconcileSettled extends CallFacts {
  readonly type: 'reconcileSettled';
  readonly attempt: number;
  readonly clientOrderId?: string | undefined;
  /** `'found'`: it was executed. `'absent'`: it was proven not executed. `'unknown'`: it could not be established. */
  readonly outcome: 'found' | 'absent' | 'unknown';
  readonly durationMs: number;
  /** Why it could not be established; only present for `'unknown'`. */
  readonly error?: unknown;
}

/** A call that may place one order is over, lookups included, and this is what is known about the order. */
export interface OrderSettled extends CallFacts {
  readonly type: 'orderSettled';
  readonly clientOrderId: string;
  /** `'unknown'`: the order may exist, and it could not be established whether it does. */
  readonly verdict: 'executed' | 'not-executed' | 'unknown';
}

/** A call ended, and it could not be established whether it was executed: money may be at risk. */
export interface OutcomeUnknown extends CallFacts {
  readonly type: 'outcomeUnknown';
  readonly clientOrderId?: string | undefined;
  readonly error: unknown;
}

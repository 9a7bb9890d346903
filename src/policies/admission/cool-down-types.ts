import type { CoolDown } from './cool-down.js';
import type { Waiter } from './wait-queue.js';

/** A call, or a queue of calls, that waits for the end of a cool-down. */
export interface CoolDownWaiter extends Waiter {
  /** Lets the waiter through; the permit must be settled with the result. Returns `false` if it could not go. */
  admit(permit: CoolDownPermit, now: number): boolean;
}

/** The permission to pass before the cool-down is over. */
export interface CoolDownPermit {
  /** Who gave it, and is told the result. */
  readonly coolDown: CoolDown;
  readonly period: number;
}

/** What started a cool-down. */
export interface CoolDownCause {
  readonly error: unknown;
  /** The policy whose call received the rate-limit answer. */
  readonly policy: string;
}

/** How the attempt with a permit ended. `'nothing'`: it did not reach the exchange, or was given up. */
export type CoolDownResult = 'answered' | 'nothing';

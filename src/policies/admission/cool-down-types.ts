import type { Waiter } from './wait-queue.js';

/** A call, or a queue of calls, that waits for the end of a cool-down. */
export interface CoolDownWaiter extends Waiter {
  /** The cool-down lets it through; the permit must be given back with the result. `false`: it could not go. */
  admit(permit: CoolDownPermit, now: number): boolean;
}

/** The right to go through while the cool-down is not over. */
export interface CoolDownPermit {
  readonly period: number;
}

/** What a cool-down begins with. */
export interface CoolDownCause {
  readonly error: unknown;
  /** The policy that met the answer. */
  readonly policy: string;
}

/** How the attempt behind a permit ended. `'nothing'`: it never reached the exchange, or gave up. */
export type CoolDownResult = 'answered' | 'nothing';

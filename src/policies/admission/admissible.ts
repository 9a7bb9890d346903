import type { CallContext } from '../../core/context/call-context.js';
import type { CallRefused } from '../../observability/events.js';
import type { Admission } from './admission.js';
import type { EventSource } from '../events/call-events.js';
import type { Circuit } from '../circuit-breaker/circuit.js';
import type { CoolDownWaiter } from './cool-down-types.js';
import type { ErrorSubject } from '../rules/own-errors.js';
import type { Permit } from './permit.js';

/** Why a call is not admitted, and the error that says so. */
export interface Rejection {
  readonly reason: CallRefused['reason'];
  readonly error: unknown;
}

/** What ends a wait for admission: another look at the circuit, or the end of a time limit. */
export type WaitEnd = 'retry' | 'queue' | 'deadline';

/** The part of an execution that admission uses. */
export interface Admissible extends CoolDownWaiter, EventSource, ErrorSubject {
  readonly policy: EventSource['policy'] & ErrorSubject['policy'] & { readonly admission: Admission };
  readonly options: EventSource['options'];
  readonly attempts: number;
  readonly cost: number;
  readonly circuit: Circuit | undefined;
  /** The attempt inside which the call was made. */
  readonly within: CallContext | undefined;
  /** The permit whose slot it shares, if the call was made inside one that runs under the same policy. */
  host: Permit | undefined;
  /** Whether it has ended, for example because a listener aborted it. */
  readonly isOver: boolean;
  /** Starts to wait, at most until `until`. */
  wait(until: number, end: WaitEnd, now: number): void;
  /** How long it has waited in a queue, in milliseconds; 0 if it never did. */
  waitedMs(now: number): number;
  /** Stops the timer of the wait. */
  disarm(): void;
  /** Starts the next attempt. */
  start(permit: Permit | undefined, now: number): void;
  /** Handles the rejection of an execution that was not admitted. */
  reject(rejection: Rejection, now: number): void;
  /** Handles a deadline that passed before the execution was admitted. */
  runOut(now: number): void;
}

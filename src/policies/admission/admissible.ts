import type { CallContext } from '../../core/context/call-context.js';
import type { CallRefused } from '../../observability/events.js';
import type { Admission } from './admission.js';
import type { EventSource } from '../events/call-events.js';
import type { Circuit } from '../circuit-breaker/circuit.js';
import type { CoolDownWaiter } from './cool-down-types.js';
import type { ErrorSubject } from '../rules/own-errors.js';
import type { Permit } from './permit.js';

/** Why something is not let in, and the error that says so. */
export interface Rejection {
  readonly reason: CallRefused['reason'];
  readonly error: unknown;
}

/** What ends the wait of somebody who waits for admission: a look at the circuit, or the end of its time. */
export type WaitEnd = 'retry' | 'queue' | 'deadline';

/** An execution, as admission sees it. */
export interface Admissible extends CoolDownWaiter, EventSource, ErrorSubject {
  readonly policy: EventSource['policy'] & ErrorSubject['policy'] & { readonly admission: Admission };
  readonly options: EventSource['options'];
  readonly attempts: number;
  readonly cost: number;
  readonly circuit: Circuit | undefined;
  /** The attempt that it was made in. */
  readonly within: CallContext | undefined;
  /** The permit whose slot it shares, where it was made inside of a call that runs here. */
  host: Permit | undefined;
  /** Whether it has ended: a listener may have aborted it. */
  readonly isOver: boolean;
  /** It waits from now on, at most until then. */
  wait(until: number, end: WaitEnd, now: number): void;
  /** It waits no more. */
  disarm(): void;
  /** It is let in. */
  start(permit: Permit | undefined, now: number): void;
  /** It is not let in after all. */
  reject(rejection: Rejection, now: number): void;
  /** Its deadline came before it was let in. */
  runOut(now: number): void;
}

import type { CallContext } from '../context/call-context.js';
import type { GatePass } from './gate-types.js';
import type { Holder } from './slots.js';
import type { Waiter } from './wait-queue.js';

/** A call before the door. */
export interface Applicant extends Waiter {
  readonly cost: number;
  /** The attempt that it was made in. */
  readonly within: CallContext | undefined;
  /** The holder of the slot that it shares, where it was made inside of a call that runs here. */
  host: Holder | undefined;
  /** It left the queue and starts now, with its slot and allowance taken; `false` where the circuit refuses it. */
  mayStart(now: number): boolean;
  start(pass: GatePass | undefined, now: number): void;
}

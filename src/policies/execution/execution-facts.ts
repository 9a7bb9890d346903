import { type CallContext, callContextOf, currentCallContext } from '../../core/context/call-context.js';
import type { CallHeld } from '../../observability/events.js';
import type { Circuit } from '../circuit-breaker/circuit.js';
import { ExecutionTimer } from './execution-timer.js';
import type { Permit } from '../admission/permit.js';
import type { CompiledPolicy } from './compiled-policy.js';
import { levels } from '../options/priorities.js';
import type { ExecuteOptions } from '../options/execute-options.js';
import type { Links } from '../admission/wait-queue.js';

/** What an execution is doing; in each state at most one timer runs. */
export type ExecutionState =
  | 'new'
  | 'waiting'
  | 'running'
  | 'backoff'
  | 'recovering'
  | 'resolving'
  | 'fallback'
  | 'over';

/** What is known of an execution, whatever it is doing. */
export abstract class ExecutionFacts extends ExecutionTimer {
  readonly policy: CompiledPolicy;
  readonly options: ExecuteOptions;
  readonly circuit: Circuit | undefined;
  /** The attempt that it was made in. */
  readonly within: CallContext | undefined;
  // Where there is no time there is no number either: each would be an object of its own.
  /** `undefined` while nobody has asked for the time. */
  startedAt: number | undefined = undefined;
  #deadlineAt: number | undefined = undefined;
  #waitingSince: number | undefined = undefined;
  /** Its place in a queue. */
  links: Links | undefined = undefined;
  heldFor: CallHeld['reason'] | undefined = undefined;
  host: Permit | undefined = undefined;
  attempts = 0;
  callId = 0;

  constructor(policy: CompiledPolicy, options: ExecuteOptions) {
    super();
    this.policy = policy;
    this.options = options;
    this.circuit = policy.admission.circuits?.of(options.key);
    const { outer, signal } = options;
    this.within = outer ?? (signal && callContextOf(signal)) ?? currentCallContext();
  }

  get deadlineAt(): number {
    return this.#deadlineAt ?? Infinity;
  }

  get waitingSince(): number {
    return this.#waitingSince ?? 0;
  }

  set waitingSince(now: number) {
    this.#waitingSince = now;
  }

  get priority(): number {
    const { priority } = this.options;
    return priority === undefined ? levels.normal : levels[priority];
  }

  get cost(): number {
    return this.options.cost ?? this.policy.cost;
  }

  get mayRepeat(): boolean {
    const { effect = this.policy.effect, idempotent } = this.options;
    return effect === 'read' || idempotent === true;
  }

  /** Whether nothing but its attempt can end it: neither time nor its caller. */
  protected get endsWithAttempt(): boolean {
    const { deadlineMs, attemptTimeoutMs } = this.policy;
    return deadlineMs === undefined && attemptTimeoutMs === undefined && !this.options.signal;
  }

  /** Reads the clock. */
  protected now(): number {
    const now = this.policy.clock.now();
    this.startedAt ??= now;
    return now;
  }

  protected setDeadline(now: number): void {
    const { deadlineMs } = this.policy;
    if (deadlineMs !== undefined) this.#deadlineAt = now + deadlineMs;
  }
}

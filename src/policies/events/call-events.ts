import type { Clock } from '../../core/time/clock.js';
import { channels, nextCallId } from '../../observability/channels.js';
import type { CallFacts, CallHeld, CallRefused } from '../../observability/events.js';
import { epochTime } from '../../core/time/monotonic-clock.js';
import { whenWhole } from '../../observability/outbox.js';
import { type Priority, priorities } from '../options/priorities.js';
import type { ExecuteOptions, Resolution } from '../options/execute-options.js';

// Every call looks at these: as constants of this module they cost next to nothing.
const { attemptSettled, attemptStarted, callSettled, callStarted } = channels;

/** What the events of an attempt report about it. */
interface AttemptFacts {
  readonly attempt: number;
  readonly startedAt: number | undefined;
}

/** What the events of a call are created from. */
export interface EventSource {
  readonly policy: { readonly name: string; readonly clock: Clock; readonly origin: object | undefined };
  readonly options: ExecuteOptions;
  readonly priority: number;
  readonly attempts: number;
  /** `undefined` if nothing needed the time when the call started. */
  readonly startedAt: number | undefined;
  waitingSince: number;
  readonly deadlineAt: number;
  /** Assigned when the first event of the call is created. */
  callId: number;
  /** The last reported reason why the call waits, other than for a slot or an allowance. */
  heldFor: CallHeld['reason'] | undefined;
}

/** The listeners of a policy's `onSuccess` and `onFailure`. */
export interface PolicyListeners {
  /** Whether there has ever been a listener. */
  readonly listens: { readonly ever: boolean };
  settled(error: unknown, failed: boolean, durationMs: number, handled: boolean): void;
}

/** A call that has ended, with the listeners of its policy. */
interface EndedCall extends EventSource {
  readonly policy: EventSource['policy'] & PolicyListeners;
}

/** Returns the facts common to all events of a call, with those of this one. */
function factsOf<Fields extends object>(call: EventSource, now: number, fields: Fields): CallFacts & Fields {
  if (call.callId === 0) call.callId = nextCallId();
  const { operation, key } = call.options;
  const { name, clock } = call.policy;
  const facts = { at: epochTime(clock, now), policy: name, callId: call.callId, operation, key };
  // Not a spread: on Node 20, adding properties after a spread costs microseconds.
  return Object.assign(facts, fields);
}

function saysUnknown(error: unknown): boolean {
  try {
    return (error as { executionStatus?: unknown } | null)?.executionStatus === 'unknown';
  } catch {
    // Anything can be thrown, including what throws when it is read.
    return false;
  }
}

function priorityOf(call: EventSource): Priority {
  return priorities[call.priority] ?? 'normal';
}

function tellSettled(
  call: EndedCall,
  outcome: 'success' | 'failure' | 'aborted',
  error: unknown,
  handled: boolean,
  now: number,
): void {
  if (outcome === 'failure' && channels.outcomeUnknown.hasSubscribers && saysUnknown(error)) {
    const { clientOrderId } = call.options;
    channels.outcomeUnknown.publish(factsOf(call, now, { clientOrderId, error }), call.policy.origin);
  }
  if (callSettled.hasSubscribers) {
    const { attempts, startedAt = now } = call;
    const ended = { outcome, attempts, durationMs: now - startedAt };
    callSettled.publish(
      factsOf(call, now, outcome === 'success' ? ended : Object.assign(ended, { error })),
      call.policy.origin,
    );
  }
  const { listens, clock } = call.policy;
  if (outcome === 'aborted' || !listens.ever) return;
  const endedAt = clock.now();
  const durationMs = endedAt - (call.startedAt ?? endedAt);
  whenWhole(() => call.policy.settled(error, outcome === 'failure', durationMs, handled));
}

/** The events of a call. Each first checks whether there are listeners; if not, nothing is created. */
export const callEvents = {
  /** Whether a listener needs to know how long calls take. */
  wantSettled(): boolean {
    return callSettled.hasSubscribers || attemptSettled.hasSubscribers;
  },

  /** Whether a listener needs to know when a call of this policy starts. */
  wantStarted({ listens }: EndedCall['policy']): boolean {
    return (
      listens.ever ||
      callSettled.hasSubscribers ||
      attemptSettled.hasSubscribers ||
      callStarted.hasSubscribers ||
      attemptStarted.hasSubscribers
    );
  },

  started(call: EventSource, now: number): void {
    if (!callStarted.hasSubscribers) return;
    const { deadlineAt, policy } = call;
    const deadline = deadlineAt === Infinity ? undefined : epochTime(policy.clock, deadlineAt);
    callStarted.publish(factsOf(call, now, { priority: priorityOf(call), deadline }), call.policy.origin);
  },

  /** `handled`: whether a fallback answered the failure. */
  settled(
    call: EndedCall,
    outcome: 'success' | 'failure' | 'aborted',
    error: unknown,
    handled: boolean,
    now: number,
  ): void {
    if (outcome !== 'success' || callSettled.hasSubscribers || call.policy.listens.ever) {
      tellSettled(call, outcome, error, handled, now);
    }
  },

  attemptStarted(call: EventSource, { attempt }: Pick<AttemptFacts, 'attempt'>, now: number): void {
    if (attemptStarted.hasSubscribers) {
      attemptStarted.publish(factsOf(call, now, { attempt }), call.policy.origin);
    }
  },

  attemptSettled(
    call: EventSource,
    { attempt, startedAt }: AttemptFacts,
    outcome: 'success' | 'failure' | 'aborted',
    error: unknown,
    now: number,
  ): void {
    if (!attemptSettled.hasSubscribers) return;
    const ended = { attempt, outcome, durationMs: now - (startedAt ?? now) };
    attemptSettled.publish(
      factsOf(call, now, outcome === 'success' ? ended : Object.assign(ended, { error })),
      call.policy.origin,
    );
  },

  retryScheduled(
    call: EventSource,
    error: unknown,
    delayMs: number,
    reason: 'backoff' | 'retry-after' | 'proven-absent',
    now: number,
  ): void {
    if (!channels.retryScheduled.hasSubscribers) return;
    channels.retryScheduled.publish(
      factsOf(call, now, { attempt: call.attempts, delayMs, reason, error }),
      call.policy.origin,
    );
  },

  budgetExhausted(call: EventSource, error: unknown, now: number): void {
    if (!channels.budgetExhausted.hasSubscribers) return;
    channels.budgetExhausted.publish(
      factsOf(call, now, { attempt: call.attempts, error }),
      call.policy.origin,
    );
  },

  queued(call: EventSource, queueLength: number, now: number): void {
    if (!channels.callQueued.hasSubscribers) return;
    channels.callQueued.publish(
      factsOf(call, now, {
        attempt: call.attempts,
        priority: priorityOf(call),
        queueLength,
      }),
      call.policy.origin,
    );
  },

  dequeued(
    call: EventSource,
    outcome: 'admitted' | 'refused' | 'aborted',
    queueLength: number,
    now: number,
  ): void {
    if (!channels.callDequeued.hasSubscribers) return;
    channels.callDequeued.publish(
      factsOf(call, now, {
        attempt: call.attempts,
        priority: priorityOf(call),
        outcome,
        waitedMs: now - call.waitingSince,
        queueLength,
      }),
      call.policy.origin,
    );
  },

  held(call: EventSource, reason: CallHeld['reason'], delayMs: number, now: number): void {
    // A call that waits for the circuit checks it repeatedly: that is one wait.
    if (!channels.callHeld.hasSubscribers || call.heldFor === reason) return;
    call.heldFor = reason;
    channels.callHeld.publish(
      factsOf(call, now, { attempt: call.attempts, reason, delayMs }),
      call.policy.origin,
    );
  },

  refused(call: EventSource, reason: CallRefused['reason'], error: unknown, now: number): void {
    if (!channels.callRefused.hasSubscribers) return;
    channels.callRefused.publish(
      factsOf(call, now, { attempt: call.attempts, reason, error }),
      call.policy.origin,
    );
  },

  fallbackUsed(call: EventSource, error: unknown, now: number): void {
    if (channels.fallbackUsed.hasSubscribers)
      channels.fallbackUsed.publish(factsOf(call, now, { error }), call.policy.origin);
  },

  reconcileStarted(
    call: EventSource,
    { attempt }: Pick<AttemptFacts, 'attempt'>,
    error: unknown,
    now: number,
  ): void {
    if (!channels.reconcileStarted.hasSubscribers) return;
    const { clientOrderId } = call.options;
    channels.reconcileStarted.publish(
      factsOf(call, now, { attempt, clientOrderId, error }),
      call.policy.origin,
    );
  },

  reconcileSettled(
    call: EventSource,
    { attempt }: Pick<AttemptFacts, 'attempt'>,
    resolution: Resolution,
    startedAt: number,
    now: number,
  ): void {
    if (!channels.reconcileSettled.hasSubscribers) return;
    const { clientOrderId } = call.options;
    const { outcome } = resolution;
    channels.reconcileSettled.publish(
      factsOf(call, now, {
        attempt,
        clientOrderId,
        outcome,
        durationMs: now - startedAt,
        ...(outcome === 'unknown' ? { error: resolution.error } : {}),
      }),
      call.policy.origin,
    );
  },
} as const;

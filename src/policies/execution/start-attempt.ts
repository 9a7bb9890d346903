import { callEvents } from '../events/call-events.js';
import { hold, isWhole, release, whenWhole } from '../../observability/outbox.js';
import type { Permit } from '../admission/permit.js';
import { Attempt } from './attempt.js';
import type { Execution } from './execution.js';

/** Starts the next attempt of an execution that has been admitted. */
export function startAttempt(execution: Execution, permit: Permit | undefined, now: number): void {
  // If nothing has needed the time, the attempt has no time limit and there are no listeners.
  const attempt =
    execution.startedAt === undefined
      ? takePermit(execution, new Attempt(execution, execution.attempts, undefined, undefined, permit), now)
      : startInTime(execution, permit, now);
  if (isWhole()) execution.run(attempt);
  else runLater(execution, attempt);
}

function startInTime(execution: Execution, permit: Permit | undefined, now: number): Attempt {
  const { attempts, deadlineAt } = execution;
  const { attemptTimeoutMs } = execution.policy;
  const attemptEnds = attemptTimeoutMs === undefined ? Infinity : now + attemptTimeoutMs;
  const endsAt = Math.min(attemptEnds, deadlineAt);
  const attempt = new Attempt(execution, attempts, now, endsAt === Infinity ? undefined : endsAt, permit);
  hold();
  try {
    takePermit(execution, attempt, now);
    execution.arm(endsAt, attemptEnds <= deadlineAt ? 'attempt' : 'deadline', now);
    callEvents.attemptStarted(execution, attempt, now);
  } finally {
    release();
  }
  return attempt;
}

function takePermit(execution: Execution, attempt: Attempt, now: number): Attempt {
  execution.attempts += 1;
  execution.heldFor = undefined;
  attempt.permit?.take(now);
  execution.attempt = attempt;
  execution.state = 'running';
  return attempt;
}

function runLater(execution: Execution, attempt: Attempt): void {
  whenWhole(() => execution.run(attempt));
}

import { isWEEXError } from '../errors/index.js';
import { channels } from '../observability/channels.js';
import type { Attempt } from './attempt.js';
import type { Circuit } from './circuit.js';
import { gateRefusal } from './gate-refusal.js';
import { epochTime } from './monotonic-clock.js';
import { matchesClass } from './matches-class.js';
import type { Plan } from './plan.js';
import type { FoundRule } from './rule-book.js';

/** Tells the circuit of an attempt that failed. */
export function tellCircuit(
  circuit: Circuit | undefined,
  plan: Plan,
  attempt: Attempt,
  error: unknown,
  rule: FoundRule | undefined,
  now: number,
): void {
  const { ticket } = attempt;
  const { breakerOn, attemptTimeoutMs } = plan;
  if (!ticket) return;
  const counts = breakerOn ? matchesClass(breakerOn, error) : rule?.circuitBreaker === true;
  // A deadline that cuts a later attempt short says nothing of the exchange.
  const isCutShort =
    attemptTimeoutMs !== undefined &&
    isWEEXError(error) &&
    error.kind === 'timeout' &&
    error.scope === 'deadline';
  if (counts && !isCutShort) circuit?.failure(ticket, now, now - attempt.startedAt, error);
  else circuit?.neutral(ticket);
}

/** Begins a cool-down where the error says so, and returns for how long. */
export function tellGate(
  { gate, ownGate, limiter, name, clock, origin }: Plan,
  attempt: Attempt,
  error: unknown,
  rule: FoundRule | undefined,
  now: number,
): number | undefined {
  const { kind } = isWEEXError(error) ? error : { kind: undefined };
  const lowered = kind === 'rate-limit' ? limiter?.refused(attempt.startedAt, now) : undefined;
  if (lowered && channels.limitAdapted.hasSubscribers) {
    channels.limitAdapted.publish({ at: epochTime(clock, now), policy: name, ...lowered, error }, origin);
  }
  if (!gate) return undefined;
  const closes = ownGate ? rule?.coolDown === true : rule?.own?.coolDown === true;
  if (closes) {
    const { refusal, target } = gateRefusal(error, gate, limiter, attempt.startedAt, now);
    target.refuse(refusal, { error, policy: name }, now);
  }
  if (attempt.pass) {
    const isSilent = kind === 'network' || kind === 'timeout';
    gate.settle(attempt.pass, isSilent ? 'nothing' : 'answered', now);
  }
  return closes ? gate.closedForMs(now) : undefined;
}

import type { Counter, Histogram, Meter } from '@opentelemetry/api';
import { isWEEXError } from '../errors/index.js';
import type { CircuitChange, CoolDownEntered } from '../observability/events.js';
import { documentedBanMs } from '../policies/admission/refusal-memory.js';
import { attribute, errorType } from './attributes.js';
import { listen } from '../observability/listen.js';
import { Subjects } from './subjects.js';

/** In seconds, from a fast answer of the exchange to the longest deadline of the presets. */
const buckets = [0.025, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];
/** A retry beyond this one counts as this one. */
const highestResendCount = 5;

/** Counts and times what the channels publish; the returned function stops it. */
export function recordMetrics(meter: Meter): () => void {
  const seconds = (name: string, description: string): Histogram =>
    meter.createHistogram(`weex.resilience.${name}`, {
      description,
      unit: 's',
      advice: { explicitBucketBoundaries: buckets },
    });
  const count = (name: string, unit: string, description: string): Counter =>
    meter.createCounter(`weex.resilience.${name}`, { description, unit: `{${unit}}` });

  const callDuration = seconds('call.duration', 'From the start of a call to its end, waits included');
  const callFailures = count('call.failures', 'call', 'Calls that failed, before any fallback');
  const attemptDuration = seconds('attempt.duration', 'One run of the method, without any wait');
  const attemptFailures = count('attempt.failures', 'attempt', 'Attempts that failed');
  const retries = count('retries', 'retry', 'Retries that were scheduled after a failed attempt');
  const exhausted = count(
    'retry.budget_exhausted',
    'retry',
    'Retries that were not made because the budget was used up',
  );
  const rejections = count('rejections', 'rejection', 'Attempts that the library rejected: nothing was sent');
  const fallbacks = count(
    'fallbacks',
    'call',
    'Failed calls that were passed to a fallback or to the last good value',
  );
  const waits = count('waits', 'wait', 'Waits for a cool-down or an open circuit');
  const queued = seconds('queue.wait_time', 'A wait for a slot or permits');
  const lookups = seconds('lookup.duration', 'A lookup of what became of a request');
  const unknown = count('outcome_unknown', 'call', 'Calls that may or may not have taken effect');
  const orders = count('orders', 'order', 'Orders by what is known of them when their call ends');
  const coolDowns = count('cool_downs', 'cool_down', 'Cool-downs that began or were extended');
  const transitions = count('circuit.transitions', 'transition', 'State changes of circuits by new state');

  // `increase` sees a counter rise from 0 to 1, but not one that appears as 1.
  const subjects = new Subjects(({ call, policy }) => {
    unknown.add(0, call);
    exhausted.add(0, policy);
    coolDowns.add(0, { ...policy, [attribute.reason]: 'ban' });
  });
  const became = (state: string) => (event: CircuitChange) =>
    transitions.add(1, { ...subjects.of(event).policy, [attribute.circuitState]: state });

  return listen({
    callSettled(event) {
      const { call, callBy } = subjects.of(event);
      callDuration.record(event.durationMs / 1_000, callBy[event.outcome]);
      if (event.outcome === 'failure')
        callFailures.add(1, { ...call, [attribute.errorType]: errorType(event.error) });
    },
    attemptSettled(event) {
      const { policy, policyBy } = subjects.of(event);
      attemptDuration.record(event.durationMs / 1_000, policyBy[event.outcome]);
      if (event.outcome === 'failure')
        attemptFailures.add(1, { ...policy, [attribute.errorType]: errorType(event.error) });
    },
    retryScheduled(event) {
      retries.add(1, {
        ...subjects.of(event).call,
        [attribute.reason]: event.reason,
        [attribute.resendCount]: Math.min(event.attempt, highestResendCount),
      });
    },
    budgetExhausted: (event) => exhausted.add(1, subjects.of(event).policy),
    callRefused: (event) =>
      rejections.add(1, { ...subjects.of(event).call, [attribute.reason]: event.reason }),
    fallbackUsed: (event) => fallbacks.add(1, subjects.of(event).call),
    callHeld: (event) => waits.add(1, { ...subjects.of(event).policy, [attribute.reason]: event.reason }),
    callDequeued: (event) =>
      queued.record(event.waitedMs / 1_000, {
        ...subjects.of(event).policy,
        [attribute.outcome]: event.outcome,
      }),
    reconcileSettled: (event) =>
      lookups.record(event.durationMs / 1_000, {
        ...subjects.of(event).policy,
        [attribute.outcome]: event.outcome,
      }),
    outcomeUnknown: (event) => unknown.add(1, subjects.of(event).call),
    orderSettled: (event) =>
      orders.add(1, { ...subjects.of(event).call, [attribute.verdict]: event.verdict }),
    coolDownEntered: (event) =>
      coolDowns.add(1, { ...subjects.of(event).policy, [attribute.reason]: reasonOf(event) }),
    circuitOpened: became('open'),
    circuitHalfOpened: became('half-open'),
    circuitClosed: became('closed'),
    circuitIsolated: became('isolated'),
  });
}

/** A cool-down as long as the documented ban counts as a ban. */
function reasonOf({ delayMs, error }: CoolDownEntered): string {
  if (error === undefined) return 'another-process';
  const isBanned = delayMs >= documentedBanMs || (isWEEXError(error) && error.code === 418);
  return isBanned ? 'ban' : 'rate-limit';
}

import type { IPolicy } from 'cockatiel';
import type { CallContext } from '../core/context/call-context.js';
import type { Clock } from '../core/time/clock.js';
import { channels, nextCallId } from '../observability/channels.js';
import { runAccompanied } from '../observability/companions.js';
import type { OrderSettled } from '../observability/events.js';
import { epochTime } from '../core/time/monotonic-clock.js';
import type { Resolution } from '../policies/resilience-policy.js';
import { ownerOf } from './claim-id.js';

/** A guarded call, as its events describe it. */
export interface ToldCall {
  readonly policy: IPolicy;
  readonly clock: Clock;
  readonly operation: string | undefined;
  readonly clientOrderId: string | undefined;
  /** The attempt in which it is made. */
  readonly outer: CallContext | undefined;
  /** The number that the policy assigned to the call; `undefined` if none. */
  callId?: number | undefined;
}

/** Runs a search outside the policy, and publishes the events that the policy would. */
export async function publishConclusion(
  call: ToldCall,
  /** The error with which the policy gave up. */
  error: unknown,
  search: () => Promise<Resolution>,
): Promise<Resolution> {
  const { outcomeUnknown, reconcileSettled, reconcileStarted } = channels;
  const { clock, clientOrderId } = call;
  const factsOf = factsOfCall(call);
  const { origin } = call.policy as { readonly origin?: object };
  const facts = () => ({ ...factsOf(), clientOrderId, attempt: 0 });
  const startedAt = clock.now();
  if (reconcileStarted.hasSubscribers) reconcileStarted.publish({ ...facts(), error }, origin);
  const settled = (outcome: Resolution['outcome'], unknown?: { readonly error: unknown }): void => {
    if (!reconcileSettled.hasSubscribers) return;
    const durationMs = clock.now() - startedAt;
    reconcileSettled.publish({ ...facts(), outcome, durationMs, ...unknown }, origin);
  };
  let resolution: Resolution;
  try {
    resolution = await runAccompanied(factsOf().callId, 'lookup', search);
  } catch (reason) {
    // The caller gave up: whatever was not found by then stays unknown.
    settled('unknown', { error: reason });
    throw reason;
  }
  const unknown = resolution.outcome === 'unknown' ? { error: resolution.error } : undefined;
  settled(resolution.outcome, unknown);
  if (unknown && outcomeUnknown.hasSubscribers)
    outcomeUnknown.publish({ ...factsOf(), clientOrderId, ...unknown }, origin);
  return resolution;
}

/**
 * Publishes what is known about an order when its call is over. If the caller aborted the call, nothing else
 * reports that the order is unknown, since the policy does not count an abort as a failure.
 */
export function publishOrder(
  call: ToldCall,
  verdict: OrderSettled['verdict'],
  signal: AbortSignal | undefined,
): void {
  const { clientOrderId, outer } = call;
  const { orderSettled, outcomeUnknown } = channels;
  if (clientOrderId === undefined || !(orderSettled.hasSubscribers || outcomeUnknown.hasSubscribers)) return;
  // A call inside another one with the same id is part of that one, which publishes the event.
  if (ownerOf(clientOrderId, outer)) return;
  const { origin } = call.policy as { readonly origin?: object };
  const facts = { ...factsOfCall(call)(), clientOrderId };
  if (signal?.aborted && verdict === 'unknown')
    outcomeUnknown.publish({ ...facts, error: signal.reason }, origin);
  orderSettled.publish({ ...facts, verdict }, origin);
}

function factsOfCall(told: ToldCall) {
  told.callId ??= nextCallId();
  const { policy, clock, operation, callId } = told;
  const name = 'name' in policy && typeof policy.name === 'string' ? policy.name : 'policy';
  const call = { policy: name, callId, operation };
  return () => ({ ...call, at: epochTime(clock, clock.now()) });
}

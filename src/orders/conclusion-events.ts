import type { IPolicy } from 'cockatiel';
import type { Clock } from '../context/clock.js';
import { channels, nextCallId } from '../observability/channels.js';
import { epochTime } from '../policies/monotonic-clock.js';
import type { Resolution } from '../policies/resilience-policy.js';

/** What is searched after the policy has given up. */
export interface Conclusion {
  readonly policy: IPolicy;
  readonly clock: Clock;
  readonly operation: string | undefined;
  readonly clientOrderId: string | undefined;
  /** What the policy gave up with. */
  readonly error: unknown;
}

/** Runs a search of which the policy knows nothing, and publishes the events that the policy would. */
export async function publishConclusion(
  { policy, clock, operation, clientOrderId, error }: Conclusion,
  search: () => Promise<Resolution>,
): Promise<Resolution> {
  const { outcomeUnknown, reconcileSettled, reconcileStarted } = channels;
  const { origin } = policy as { readonly origin?: object };
  const name = 'name' in policy && typeof policy.name === 'string' ? policy.name : 'policy';
  const call = { policy: name, callId: nextCallId(), operation, clientOrderId, attempt: 0 };
  const startedAt = clock.now();
  const facts = () => ({ ...call, at: epochTime(clock, clock.now()) });
  if (reconcileStarted.hasSubscribers) reconcileStarted.publish({ ...facts(), error }, origin);
  const resolution = await search();
  const unknown = resolution.outcome === 'unknown' ? { error: resolution.error } : undefined;
  if (reconcileSettled.hasSubscribers) {
    const durationMs = clock.now() - startedAt;
    reconcileSettled.publish({ ...facts(), outcome: resolution.outcome, durationMs, ...unknown }, origin);
  }
  if (unknown && outcomeUnknown.hasSubscribers) outcomeUnknown.publish({ ...facts(), ...unknown }, origin);
  return resolution;
}

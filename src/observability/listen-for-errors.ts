import { type ListenOptions, onResilienceEvent } from './on-resilience-event.js';

/** How far up an error was last seen: by an interceptor, by an attempt, or by the whole call. */
interface Sighting {
  readonly callId: number;
  readonly level: 'attempt' | 'call';
}

// A call that started before any other: whatever call an interceptor's error reaches next is around it.
const byInterceptor: Sighting = { callId: Number.POSITIVE_INFINITY, level: 'attempt' };

/**
 * Reports each failure once, although the same error is published on its way up: by the interceptor, by the
 * attempt, by the call, and by every policy around that. An interceptor does not know the policy.
 */
export function listenForErrors(
  onError: (error: unknown, operation: string | undefined, policy?: string) => void,
  options?: ListenOptions,
): () => void {
  const sightings = new WeakMap<object, Sighting>();

  const isNew = (error: unknown, sighting: Sighting): boolean => {
    // A primitive cannot be followed upwards: it counts where an attempt failed with it.
    if (typeof error !== 'object' || error === null) return sighting.level === 'attempt';
    const last = sightings.get(error);
    sightings.set(error, sighting);
    if (!last) return true;
    if (sighting === byInterceptor) return false;
    // A call with a later number cannot be around the one that saw it last: the same object was thrown again.
    if (sighting.callId !== last.callId) return sighting.callId > last.callId;
    return sighting.level === 'attempt' || last.level === 'call';
  };

  const stops = [
    onResilienceEvent(
      'errorClassified',
      ({ error, operation }) => {
        if (isNew(error, byInterceptor)) onError(error, operation);
      },
      options,
    ),
    onResilienceEvent(
      'attemptSettled',
      ({ outcome, error, callId, operation, policy }) => {
        if (outcome === 'failure' && isNew(error, { callId, level: 'attempt' }))
          onError(error, operation, policy);
      },
      options,
    ),
    onResilienceEvent(
      'callSettled',
      ({ outcome, error, callId, operation, policy }) => {
        if (outcome === 'failure' && isNew(error, { callId, level: 'call' }))
          onError(error, operation, policy);
      },
      options,
    ),
  ];
  return () => {
    for (const stop of stops) stop();
  };
}

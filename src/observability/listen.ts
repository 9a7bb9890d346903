import type { ResilienceEventOf, ResilienceEventType } from './events.js';
import { onResilienceEvent } from './on-resilience-event.js';

/** A listener per type of event. */
export type Listeners = {
  readonly [Type in ResilienceEventType]?: (event: ResilienceEventOf<Type>) => void;
};

/** Subscribes each listener to its type; the returned function unsubscribes all. */
export function listen(listeners: Listeners): () => void {
  const stops = Object.entries(listeners).map(([type, listener]) =>
    onResilienceEvent(type as ResilienceEventType, listener as () => void),
  );
  return () => stops.forEach((stop) => stop());
}

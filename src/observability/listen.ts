import type { ResilienceEventOf, ResilienceEventType } from './events.js';
import { onResilienceEvent } from './on-resilience-event.js';

/** What is done about each type of event. */
export type Listeners = {
  readonly [Type in ResilienceEventType]?: (event: ResilienceEventOf<Type>) => void;
};

/** Subscribes each listener to its type; the function that comes back ends all. */
export function listen(listeners: Listeners): () => void {
  const stops = Object.entries(listeners).map(([type, listener]) =>
    onResilienceEvent(type as ResilienceEventType, listener as () => void),
  );
  return () => stops.forEach((stop) => stop());
}

import type { Event, EventEmitter } from 'cockatiel';
import { quietly } from '../../observability/event-channel.js';

/**
 * An event whose listeners can neither affect a call by throwing nor leave a rejection unhandled. `listens` records
 * whether there has ever been a listener.
 */
export function guardedEvent<Data>(emitter: EventEmitter<Data>, listens: { ever: boolean }): Event<Data> {
  return (listener) => {
    listens.ever = true;
    return emitter.addListener((data) => quietly(() => listener(data)));
  };
}

import type { Event, EventEmitter } from 'cockatiel';
import { quietly } from '../../observability/event-channel.js';

/** An event whose listeners can neither change a call by throwing nor leave a rejection unhandled. `listens` says whether there ever was one. */
export function guardedEvent<Data>(emitter: EventEmitter<Data>, listens: { ever: boolean }): Event<Data> {
  return (listener) => {
    listens.ever = true;
    return emitter.addListener((data) => quietly(() => listener(data)));
  };
}

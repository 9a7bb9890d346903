import type { Event, EventEmitter } from 'cockatiel';
import { quietly } from '../observability/event-channel.js';

/** An event whose listeners can neither change a call by throwing nor leave a rejection unhandled. */
export function guardedEvent<Data>(emitter: EventEmitter<Data>): Event<Data> {
  return (listener) => emitter.addListener((data) => quietly(() => listener(data)));
}

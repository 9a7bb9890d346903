import { type Channel, channel } from 'node:diagnostics_channel';
import type { ResilienceEventOf, ResilienceEventType } from './events.js';
import { whenWhole } from './outbox.js';

type Listener = (event: unknown, name: string | symbol) => unknown;

// Listeners run synchronously, so what is true during their call need not be part of the event.
let origin: object | undefined;

/** The origin of the event being delivered: the registry of its policy; `undefined` for a policy outside any. */
export function eventOrigin(): object | undefined {
  return origin;
}

/**
 * One kind of event on its `node:diagnostics_channel`. Check `hasSubscribers` first, so that no event is created
 * without a listener: `if (channels.retryScheduled.hasSubscribers) channels.retryScheduled.publish({ … })`.
 */
export class EventChannel<Type extends ResilienceEventType> {
  readonly name: `weex-resilience:${Type}`;
  readonly #type: Type;
  readonly #channel: Channel;

  constructor(type: Type) {
    this.#type = type;
    this.name = `weex-resilience:${type}`;
    this.#channel = channel(this.name);
  }

  /** Whether there is a listener. */
  get hasSubscribers(): boolean {
    return this.#channel.hasSubscribers;
  }

  /**
   * Passes a frozen event to every subscriber, once the state that it describes is complete. Nothing that a
   * subscriber does affects the caller. `of` is the registry to which it belongs.
   */
  publish(fields: Omit<ResilienceEventOf<Type>, 'type'>, of?: object): void {
    const event = Object.freeze({ type: this.#type, ...fields });
    whenWhole(() => this.#deliver(event, of));
  }

  #deliver(event: object, of: object | undefined): void {
    const listeners = subscribersOf(this.#channel);
    const outer = origin;
    origin = of;
    if (!listeners) this.#channel.publish(event);
    else for (const listener of listeners) deliver(listener, event, this.name);
    origin = outer;
  }
}

/** Calls a listener and swallows both exceptions and rejections. */
export function deliver(listener: Listener, event: unknown, name: string | symbol): void {
  quietly(() => listener(event, name));
}

/** Calls a foreign function and swallows what it throws, or what its promise rejects with. */
export function quietly(call: () => unknown): void {
  try {
    const result = call() as PromiseLike<unknown> | null | undefined;
    if (typeof result?.then === 'function') result.then(undefined, ignore);
  } catch {
    // A failing listener must not fail the call that it listens to.
  }
}

/**
 * The subscribers as Node stores them. `Channel.publish` would raise what a subscriber throws as an uncaught
 * exception, which ends the process, and would leave rejections unhandled. If a version of Node stores them
 * elsewhere, `publish` is used.
 */
function subscribersOf(source: Channel): readonly Listener[] | undefined {
  const { _subscribers } = source as Channel & { _subscribers?: unknown };
  return Array.isArray(_subscribers) ? (_subscribers as Listener[]) : undefined;
}

function ignore(): void {}

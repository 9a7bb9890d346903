import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { describeValue, optionFault, throwFaults } from '../core/options/check-options.js';
import { knownOptions } from '../core/options/option-table.js';
import { channels } from './channels.js';
import { deliver, eventOrigin } from './event-channel.js';
import type { ResilienceEvent, ResilienceEventOf, ResilienceEventType } from './events.js';

/** Restricts the events for which a listener is called. */
export interface ListenOptions {
  /** Only those of the policies of this `PolicyRegistry`. Default: all of the process. */
  readonly registry?: object | undefined;
}

/**
 * Calls a listener for each event of one type, or of every type with `'*'`.
 *
 * Listeners run synchronously, in the middle of the call: keep them short. One that throws, or returns a promise that
 * rejects, changes nothing and its error is not reported; promises are not awaited. The event is frozen. The same
 * events are published on `node:diagnostics_channel` under `weex-resilience:` followed by the type. With `registry`,
 * the listener receives only events of the policies of that registry, and of the interceptors that were given it.
 *
 * @returns A function that unsubscribes. A second call of that function does nothing.
 * @throws {TypeError} When no event has that name, or the listener is not a function.
 * @example
 * ```ts
 * import { onResilienceEvent } from 'weex-resilience';
 *
 * const stop = onResilienceEvent('circuitOpened', ({ policy, halfOpenAfterMs }) => {
 *   console.log(`${policy}: circuit open, next trial in ${halfOpenAfterMs} ms`);
 * });
 * stop();
 * ```
 */
export function onResilienceEvent<Type extends ResilienceEventType>(
  type: Type,
  listener: (event: ResilienceEventOf<Type>) => unknown,
  options?: ListenOptions,
): () => void;
export function onResilienceEvent(
  type: '*',
  listener: (event: ResilienceEvent) => unknown,
  options?: ListenOptions,
): () => void;
export function onResilienceEvent(
  type: ResilienceEventType | '*',
  listener: (event: never) => unknown,
  { registry }: ListenOptions = {},
): () => void {
  checkListener([type], listener);
  const names = type === '*' ? Object.keys(channels) : [type];
  // A separate function per subscription: the same listener may be passed twice, and each unsubscribes its own.
  const subscriber = (event: unknown, name: string | symbol): void => {
    if (registry && registry !== eventOrigin()) return;
    deliver(listener as (event: unknown) => unknown, event, name);
  };
  for (const name of names) subscribe(`weex-resilience:${name}`, subscriber);
  return () => {
    for (const name of names) unsubscribe(`weex-resilience:${name}`, subscriber);
  };
}

/** @internal Throws a `TypeError` unless all of these are events and the listener is a function. */
export function checkListener(types: readonly string[], listener: unknown): void {
  const allowed = ['*', ...Object.keys(channels)];
  const faults = types
    .filter((type) => !allowed.includes(type))
    .map((type) => {
      const text = `unknown event "${String(type)}"${knownOptions(String(type), allowed)}`;
      return { option: '', text, isWrongType: true };
    });
  if (typeof listener !== 'function') {
    faults.push(optionFault('the listener', `must be a function, received ${describeValue(listener)}`));
  }
  throwFaults('listen to events', faults);
}

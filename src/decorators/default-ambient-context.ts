let enabledByDefault = true;

/**
 * Switches the ambient context on or off for every decorator that does not say `ambient` itself. It is on from the
 * start.
 *
 * It acts on calls that begin after it. Off, `resilienceContext()` is `undefined` inside a method, and requests made
 * there no longer take the signal and the remaining time by themselves; the policy limits the call as before.
 *
 * On Node 20 and 22 the first decorated call with an ambient context makes every promise of the process slower
 * (about 0.1 µs each), which a program that makes no use of it can save. On Node 24 only the call itself pays.
 *
 * The name follows Node's own process-wide defaults, such as `net.setDefaultAutoSelectFamily`.
 *
 * @example
 * ```ts
 * import { setDefaultAmbientContext } from 'weex-resilience';
 *
 * setDefaultAmbientContext(false);
 * ```
 */
export function setDefaultAmbientContext(enabled: boolean): void {
  if (typeof enabled !== 'boolean') {
    throw new TypeError(
      `Cannot set the default of the ambient context: expected true or false, received ${String(enabled)}`,
    );
  }
  enabledByDefault = enabled;
}

/** Whether decorators that do not say `ambient` provide the ambient context. */
export function getDefaultAmbientContext(): boolean {
  return enabledByDefault;
}

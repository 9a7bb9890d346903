let enabledByDefault = true;

/**
 * Switches the ambient context on or off for every decorator without an `ambient` option. It is on by default.
 *
 * It affects calls that start afterwards. While off, `resilienceContext()` returns `undefined` inside a method, and
 * requests made there no longer take the signal and the remaining time by themselves; the policy limits the call as
 * before.
 *
 * On Node 20 and 22 the first decorated call with an ambient context makes every promise of the process slower
 * (about 0.1 µs each), a cost that a program that does not use it can avoid. On Node 24 only the call itself is
 * slower.
 *
 * The name follows Node's own process-wide defaults, such as `net.setDefaultAutoSelectFamily`.
 *
 * @throws {TypeError} if `enabled` is not a boolean.
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

/** Whether decorators without an `ambient` option provide the ambient context. */
export function getDefaultAmbientContext(): boolean {
  return enabledByDefault;
}

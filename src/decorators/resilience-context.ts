import { type CallContext, currentCallContext } from '../core/context/call-context.js';
import { spreadableOf } from '../core/context/spreadable.js';

/**
 * Returns the context of the current call: its operation, attempt, signal, deadline and client order id.
 *
 * It is available inside a decorated method and everything that the method starts, also after an `await`.
 * Elsewhere, and while the ambient context is switched off, it is `undefined`.
 *
 * `attempt` is 0 for the first attempt; `deadline` is in milliseconds since 1970, or on the time scale of the
 * policy's own clock.
 *
 * @example
 * ```ts
 * import { Resilient, resilienceContext } from 'weex-resilience';
 *
 * class Prices {
 *   @Resilient()
 *   async last(symbol: string): Promise<string> {
 *     const attempt = resilienceContext()?.attempt;
 *     return `${symbol} at attempt ${attempt}`;
 *   }
 * }
 * ```
 */
export function resilienceContext(): CallContext | undefined {
  const context = currentCallContext();
  return context && spreadableOf(context);
}

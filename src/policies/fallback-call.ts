import type { EventSource } from './call-events.js';
import type { FallbackCall } from './policy-options.js';

/** What a fallback is told of the call that it stands in for. */
export function fallbackCall({ plan, options, attempts }: EventSource): FallbackCall {
  const { key, args, operation, clientOrderId } = options;
  return { policy: plan.name, operation, clientOrderId, key, args, attempt: Math.max(0, attempts - 1) };
}

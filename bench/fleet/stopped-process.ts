// One process of several with a shared cool-down: it receives a refusal on request, and reports when its cool-down
// starts.
import { onResilienceEvent, PolicyRegistry, WEEXRateLimitError } from 'weex-resilience';
import { createRedisCoordinator } from 'weex-resilience/redis';
import { connect } from '../../examples/fleet/redis-server.js';

/** What a process reports when it stops. */
export interface StopReport {
  /** In milliseconds since 1970, with fractions. */
  readonly at: number;
}

const coordinator = createRedisCoordinator({
  client: connect(Number(process.env['REDIS_PORT'])),
  prefix: 'stop:',
});
const policy = new PolicyRegistry({ coordinator }).define('calls', { coolDown: { scope: 'address' } });
onResilienceEvent('coolDownEntered', () => {
  const report: StopReport = { at: performance.timeOrigin + performance.now() };
  process.send?.(report);
});
process.on('message', () => {
  const refusal = new WEEXRateLimitError('Too many requests', { code: 429, retryAfter: 0.2 });
  // There is no real ban here: the next round starts when the cool-down is over.
  policy.execute(() => Promise.reject(refusal)).catch(() => undefined);
});
setTimeout(() => process.send?.({ at: 0 }), 1_000);
// Ends with its parent, even if that was killed.
process.on('disconnect', () => process.exit());

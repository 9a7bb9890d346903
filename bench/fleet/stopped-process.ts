// One process of many with a common cool-down: it is refused when it is told to be, and tells when its cool-down begins.
import { onResilienceEvent, PolicyRegistry, WEEXRateLimitError } from 'weex-resilience';
import { createRedisCoordinator } from 'weex-resilience/redis';
import { connect } from '../../examples/fleet/redis-server.js';

/** What a process tells when it stops. */
export interface StopReport {
  /** In milliseconds since 1970, with their fractions. */
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
  // Nobody is banned here: the next round begins when the cool-down is over.
  policy.execute(() => Promise.reject(refusal)).catch(() => undefined);
});
setTimeout(() => process.send?.({ at: 0 }), 1_000);
// A parent that was killed takes its processes along.
process.on('disconnect', () => process.exit());

import { expect, it } from 'vitest';
import { PolicyRegistry } from '../../src/index.js';
import { createFakeClock } from '../../src/testing/fake-clock.js';
import { answering, lasting, limited } from './harness.js';

it('critical calls that waited for a ban leave the reserve to later ones', async () => {
  const clock = createFakeClock();
  const policy = new PolicyRegistry().define('reads', {
    clock,
    retry: false,
    rateLimit: { limit: 20, windowMs: 10_000 },
    bulkhead: { limit: 5, queue: Infinity },
    coolDown: true,
  });
  const took: number[] = [];
  const cancel = (): void => {
    const startedAt = clock.now();
    void policy
      .execute(lasting(clock, 10), { priority: 'critical' })
      .then(() => took.push(clock.now() - startedAt));
  };
  await clock.advance(6_000);
  await policy.executeOutcome(answering(clock, limited(10)));
  // Five wait for the ban; six come after it.
  for (let step = 0; step < 11; step += 1) {
    cancel();
    for (let read = 0; read < 10; read += 1) void policy.executeOutcome(lasting(clock, 10));
    await clock.advance(2_000);
  }
  expect(took).toHaveLength(11);
  // One may come while the probe is under way.
  expect(Math.max(...took.slice(-6))).toBe(20);
});

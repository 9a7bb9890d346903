import { describe, expect, it } from 'vitest';
import { createPolicy } from '../../src/index.js';
import { createFakeClock } from '../../src/testing/index.js';
import { createRandom } from '../../src/testing/seeded-random.js';

const limit = 50;

/** Calls a policy at a steady rate for a minute; each answer takes some time. */
async function load(perSecond: number, answerMs: () => number): Promise<{ served: number; sent: number }> {
  const clock = createFakeClock();
  const policy = createPolicy({
    clock,
    deadlineMs: 2_000,
    rateLimit: { limit, windowMs: 1_000 },
    bulkhead: { limit: 100, queue: 1_000 },
  });
  let served = 0;
  let sent = 0;
  const method = (): Promise<void> => {
    sent += 1;
    return new Promise((resolve) => clock.setTimeout(resolve, answerMs()));
  };
  for (let count = 0; count < perSecond * 60; count += 1) {
    policy.execute(method).then(
      () => (served += 1),
      () => {},
    );
    await clock.advance(1_000 / perSecond);
  }
  await clock.advance(5_000);
  return { served, sent };
}

describe('a queue that is longer than the deadline', () => {
  it.each([20, 100, 400])('sends calls that can still be answered within %i ms', async (answerMs) => {
    const { sent, served } = await load(120, () => answerMs);
    expect(sent).toBeGreaterThan(limit * 60 * (1_000 / (1_000 + answerMs)) * 0.9);
    expect(served / sent).toBeGreaterThan(0.97);
  });

  it('allows for answers that take longer now and then', async () => {
    const random = createRandom(7);
    const { sent, served } = await load(120, () => 50 + 150 * random());
    expect(served / sent).toBeGreaterThan(0.9);
  });
});

describe('critical calls that begin together with a flood', () => {
  it('wait only in the first window', async () => {
    const clock = createFakeClock();
    const policy = createPolicy({
      clock,
      deadlineMs: 3_000,
      rateLimit: { limit, windowMs: 1_000, reserved: { critical: 1 } },
    });
    const slow: number[] = [];
    for (let at = 0; at < 20_000; at += 10) {
      policy.execute(async () => {}).catch(() => {});
      if (at % 100 === 0)
        void policy
          .execute(async () => clock.now() - at, { priority: 'critical' })
          .then((waitedMs) => waitedMs > 20 && slow.push(at));
      await clock.advance(10);
    }
    expect(slow.filter((at) => at > 1_000)).toEqual([]);
  });
});

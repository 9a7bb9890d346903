import { describe, expect, it } from 'vitest';
import { createPolicy } from '../../src/index.js';
import { createFakeClock } from '../../src/testing/fake-clock.js';
import { limited } from './harness.js';

/** A ban that restarts with each request; calls keep coming, and the time of each request is recorded. */
async function banned(banMs: number, retryAfter: number | undefined, showsRoom: boolean, forMs: number) {
  const clock = createFakeClock();
  const policy = createPolicy({
    clock,
    retry: false,
    rateLimit: { limit: 500, windowMs: 10_000, type: 'weight' },
    coolDown: { scope: `ban of ${banMs} ${retryAfter} ${showsRoom}` },
  });
  if (showsRoom) {
    await policy.execute((context) =>
      context.observeUsage?.([{ type: 'weight', intervalMs: 10_000, used: 1, remaining: 499 }]),
    );
  }
  let until = banMs;
  const requests: number[] = [];
  const send = async (): Promise<void> => {
    if (clock.now() >= until) return;
    requests.push(clock.now());
    until = clock.now() + banMs;
    throw limited(retryAfter);
  };
  while (clock.now() < forMs) {
    void policy.executeOutcome(send, { priority: 'critical' });
    await clock.advance(1_000);
  }
  return { requests, isOver: clock.now() >= until };
}

describe('a ban that outlasts its stated time, and restarts on every request', () => {
  it.each([
    [12_000, undefined, true],
    [12_000, undefined, false],
    [12_000, 0, true],
    [30_000, undefined, true],
    [3_000, 0, false],
    [12_000, 1, false],
  ])('of %d ms, with Retry-After %o and room shown: %o, ends', async (banMs, retryAfter, showsRoom) => {
    const { isOver, requests } = await banned(banMs, retryAfter, showsRoom, 180_000);
    expect(isOver).toBe(true);
    expect(requests.length).toBeLessThan(9);
  });

  it('is forgotten with the first answer', async () => {
    const clock = createFakeClock();
    const policy = createPolicy({ clock, retry: false, coolDown: { scope: 'forgotten' } });
    const fail = () => policy.executeOutcome(() => Promise.reject(limited(1)));
    for (let request = 0; request < 4; request += 1) {
      void fail();
      await clock.advance(10_000);
    }
    await policy.execute(async () => 'answered');
    await clock.advance(1_000);
    await fail();
    expect(policy.snapshot().coolDown?.activeForMs).toBe(1_000);
  });
});

import { describe, expect, it } from 'vitest';
import { createPolicy } from '../../src/index.js';
import { createFakeClock } from '../../src/testing/fake-clock.js';
import { limited } from './harness.js';

/** A ban that starts anew whenever somebody knocks, or not; calls keep coming, and each knock is noted. */
async function banned(
  banMs: number,
  retryAfter: number | undefined,
  showsRoom: boolean,
  forMs: number,
  restarts = true,
) {
  const clock = createFakeClock();
  const policy = createPolicy({
    clock,
    retry: false,
    rateLimit: { limit: 500, windowMs: 10_000, type: 'weight' },
    coolDown: { scope: `ban of ${banMs} ${retryAfter} ${showsRoom} ${restarts}` },
  });
  if (showsRoom) {
    await policy.execute((context) =>
      context.observeUsage?.([{ type: 'weight', intervalMs: 10_000, used: 1, remaining: 499 }]),
    );
  }
  let until = banMs;
  const knocks: number[] = [];
  let overAt: number | undefined;
  const send = async (): Promise<void> => {
    if (clock.now() >= until) {
      overAt ??= clock.now();
      return;
    }
    knocks.push(clock.now());
    if (restarts) until = clock.now() + banMs;
    throw limited(retryAfter);
  };
  while (clock.now() < forMs) {
    void policy.executeOutcome(send, { priority: 'critical' });
    await clock.advance(1_000);
  }
  return { knocks, isOver: clock.now() >= until, overAt };
}

describe('a ban that outlasts its stated time, and restarts on every request', () => {
  it.each([
    [12_000, undefined, true, 8],
    [12_000, undefined, false, 8],
    [12_000, 0, true, 8],
    [30_000, undefined, true, 9],
    [3_000, 0, false, 8],
    [12_000, 1, false, 8],
    [10_000, 2, true, 11],
    [10_000, 5, false, 11],
    [10_000, 8, true, 11],
    [30_000, 2.5, true, 11],
  ])('of %d ms, with Retry-After %o and room shown: %o, ends', async (banMs, retryAfter, showsRoom, most) => {
    const { isOver, knocks } = await banned(banMs, retryAfter, showsRoom, 180_000);
    expect(isOver).toBe(true);
    expect(knocks.length).toBeLessThanOrEqual(most);
  });

  it('that names the same time each time, but does not restart, ends within half as long again', async () => {
    for (const [banMs, retryAfter] of [
      [10_000, 2],
      [30_000, 2],
      [40_000, 5],
      [120_000, 10],
      [300_000, 20],
    ] as const) {
      // oxlint-disable-next-line no-await-in-loop
      const { overAt } = await banned(banMs, retryAfter, false, banMs * 2, false);
      expect(overAt).toBeGreaterThanOrEqual(banMs);
      expect(overAt).toBeLessThanOrEqual(banMs * 1.5);
    }
  });

  it('is believed as long as the time that it names becomes shorter', async () => {
    const clock = createFakeClock();
    const policy = createPolicy({ clock, retry: false, coolDown: { scope: 'counted down' } });
    for (const seconds of [40, 30, 20, 10, 5]) {
      // oxlint-disable-next-line no-await-in-loop
      await policy.executeOutcome(() => Promise.reject(limited(seconds)));
      expect(policy.snapshot().coolDown?.activeForMs).toBe(seconds * 1_000);
      // oxlint-disable-next-line no-await-in-loop
      await clock.advance(seconds * 1_000);
    }
  });

  it('is forgotten with the first answer', async () => {
    const clock = createFakeClock();
    const policy = createPolicy({ clock, retry: false, coolDown: { scope: 'forgotten' } });
    const fail = () => policy.executeOutcome(() => Promise.reject(limited(1)));
    for (let knock = 0; knock < 4; knock += 1) {
      void fail();
      await clock.advance(10_000);
    }
    await policy.execute(async () => 'answered');
    await clock.advance(1_000);
    await fail();
    expect(policy.snapshot().coolDown?.activeForMs).toBe(1_000);
  });
});

import { expect, it } from 'vitest';
import { createPolicy } from '../../src/index.js';
import { createFakeClock } from '../../src/testing/fake-clock.js';
import { lasting } from './harness.js';

it('a call that makes another one first counts when it is sent itself', async () => {
  const clock = createFakeClock();
  const policy = createPolicy({ clock, rateLimit: { limit: 4, windowMs: 1_000 } });
  const sent: number[] = [];
  const send = (): Promise<unknown> => {
    sent.push(clock.now());
    return lasting(clock, 1)();
  };
  // It waits for something inside for most of a window before it sends.
  const outer = policy.execute(async ({ signal }) => {
    await policy.execute(send, signal);
    await lasting(clock, 900)();
    await send();
  });
  await clock.advance(950);
  await outer;
  for (let call = 0; call < 8; call += 1) void policy.execute(send);
  await clock.advance(5_000);
  expect(sent).toHaveLength(10);
  for (const at of sent) {
    expect(sent.filter((other) => other >= at && other < at + 1_000).length).toBeLessThanOrEqual(4);
  }
});

it('nested calls do not wait for permits that the outer calls hold', async () => {
  const clock = createFakeClock();
  const policy = createPolicy({ clock, rateLimit: { limit: 1, windowMs: 1_000 } });
  const done = policy.execute(({ signal }) =>
    policy.execute((inner) => policy.execute(async () => 'done', inner.signal), signal),
  );
  await clock.advance(5_000);
  await expect(done).resolves.toBe('done');
});

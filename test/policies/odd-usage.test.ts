import { expect, it } from 'vitest';
import { createPolicy, type ResiliencePolicy } from '../../src/index.js';
import { createFakeClock } from '../../src/testing/fake-clock.js';

const windowMs = 10_000;

function weighing() {
  const clock = createFakeClock();
  const rateLimit = { limit: 500, windowMs, type: 'weight', adaptive: true } as const;
  return { clock, policy: createPolicy({ clock, rateLimit }) };
}

const show = (policy: ResiliencePolicy, used: number, remaining: number) =>
  policy.execute((context) =>
    context.observeUsage?.([{ type: 'weight', intervalMs: windowMs, used, remaining }]),
  );

it.each([
  [99_999, 0],
  [1, 1],
])(
  'one answer that shows %d used and %d left contradicts all before it, and changes nothing',
  async (used, left) => {
    const { policy } = weighing();
    await show(policy, 1, 499);
    await show(policy, used, left);
    expect(policy.snapshot().rateLimit).toMatchObject({ limit: 500 });
    expect(policy.snapshot().rateLimit?.used).toBeLessThan(5);
  },
);

it('a lowered limit is accepted if it is shown twice, or is the first one shown', async () => {
  const { policy } = weighing();
  await show(policy, 1, 499);
  await show(policy, 2, 48);
  await show(policy, 3, 47);
  expect(policy.snapshot().rateLimit?.limit).toBe(50);
  const other = weighing().policy;
  await show(other, 1, 49);
  expect(other.snapshot().rateLimit?.limit).toBe(50);
});

it('counts of several servers, each for its part, are not mistaken for the usage of others', async () => {
  const { clock, policy } = weighing();
  let served = 0;
  for (let call = 0; call < 400; call += 1) {
    // Two servers, which count every second call each, from their own window on.
    const used = 1 + (Math.floor(call / 2) % 100) + (call % 2) * 30;
    void policy.execute((context) => {
      served += 1;
      context.observeUsage?.([{ type: 'weight', intervalMs: windowMs, used, remaining: 500 - used }]);
    });
    await clock.advance(50);
  }
  expect(served).toBe(400);
});

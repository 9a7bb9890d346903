import { expect, it } from 'vitest';
import { PolicyRegistry, type ResiliencePolicy } from '../../src/index.js';
import { createFakeClock } from '../../src/testing/fake-clock.js';
import { answering, lasting, limited } from './harness.js';

/** Orders within the address, both after an answer whose headers left room. */
async function market() {
  const clock = createFakeClock();
  const registry = new PolicyRegistry({ clock });
  const make = (name: string, type: 'weight' | 'orders', coolDown: { scope: string; within?: string }) =>
    registry.define(name, {
      retry: false,
      rateLimit: { limit: 300, windowMs: 10_000, type, scope: type },
      coolDown,
    });
  const cancels = make('cancels', 'weight', { scope: 'all' });
  const orders = make('orders', 'orders', { scope: 'account', within: 'all' });
  for (const [policy, type] of [[cancels, 'weight'] as const, [orders, 'orders'] as const]) {
    // oxlint-disable-next-line no-await-in-loop
    await policy.execute((context) =>
      context.observeUsage?.([{ type, intervalMs: 10_000, used: 1, remaining: 299 }]),
    );
  }
  const calls = (policy: ResiliencePolicy, count: number, ms = 10): number[] => {
    const at: number[] = [];
    for (let call = 0; call < count; call += 1) {
      void policy.executeOutcome(() => {
        at.push(clock.now());
        return lasting(clock, ms)();
      });
    }
    return at;
  };
  return { calls, cancels, clock, orders };
}

const refuse = (policy: ResiliencePolicy, seconds?: number) =>
  policy.executeOutcome(() => Promise.reject(limited(seconds)));

it('a ban of the orders keeps its wait when the call of the address that went ahead is answered', async () => {
  const { calls, cancels, clock, orders } = await market();
  await refuse(orders);
  const knocks = answering(clock, limited(), 'late');
  for (let order = 0; order < 3; order += 1) void orders.executeOutcome(knocks);
  await clock.advance(1_000);
  const cancelled = calls(cancels, 3);
  await clock.advance(9_000);
  expect(cancelled).toHaveLength(3);
  expect(knocks.at).toEqual([1_000]);
  await clock.advance(2_000);
  expect(knocks.at.slice(0, 2)).toEqual([1_000, 11_000]);
  expect(knocks.at).toHaveLength(3);
});

it('orders send a probe of their own if the address was stopped and released during their ban', async () => {
  const { calls, cancels, clock, orders } = await market();
  await refuse(orders, 10);
  await clock.advance(5_000);
  await refuse(cancels, 10);
  const [cancelled, placed] = [calls(cancels, 1), calls(orders, 5, 500)];
  await clock.advance(10_200);
  expect(cancelled).toEqual([15_000]);
  expect(placed).toHaveLength(1);
});

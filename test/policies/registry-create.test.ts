import { expect, it } from 'vitest';
import { PolicyRegistry, WEEXRateLimitError } from '../../src/index.js';
import { createFakeClock } from '../../src/testing/index.js';

it('a policy created by a registry shares the cool-down of the registry, and has no name in it', async () => {
  const clock = createFakeClock();
  const registry = new PolicyRegistry();
  const [one, two] = [registry.create({ clock, coolDown: true }), registry.create({ clock, coolDown: true })];
  const limited = one.execute(() => {
    throw new WEEXRateLimitError('slow down', { retryAfter: 10, executionStatus: 'not-executed' });
  });
  await expect(limited).rejects.toThrow('slow down');
  expect(two.snapshot().coolDown?.activeForMs).toBe(10_000);
  expect(new PolicyRegistry().create({ clock, coolDown: true }).snapshot().coolDown?.activeForMs).toBe(0);
  expect(registry.names()).toEqual([]);
});

import { describe, expect, it } from 'vitest';
import { createEventLoop } from '../../../src/testing/rehearsal/event-loop.js';
import { createRandom } from '../../../src/testing/seeded-random.js';

describe('createEventLoop', () => {
  it('runs in order of time, and in the order of setting at the same time', async () => {
    const loop = createEventLoop();
    const random = createRandom(5);
    const ran: (readonly [number, number])[] = [];
    for (let index = 0; index < 500; index += 1) {
      const ms = Math.floor(random() * 50);
      const handle = loop.set(() => ran.push([ms, index]), ms);
      if (random() < 0.2) loop.clear(handle);
    }
    await loop.run(1_000);
    expect(ran.length).toBeGreaterThan(300);
    expect(ran).toEqual(ran.toSorted(([a, first], [b, second]) => a - b || first - second));
    expect(loop.nowMs).toBe(1_000);
  });

  it('lets every promise settle before the time advances', async () => {
    const loop = createEventLoop();
    const seen: number[] = [];
    const settleSlowly = async (): Promise<void> => {
      for (let turn = 0; turn < 100; turn += 1) {
        // oxlint-disable-next-line no-await-in-loop
        await Promise.resolve();
      }
      seen.push(loop.nowMs);
      loop.set(() => seen.push(loop.nowMs), 3);
    };
    loop.set(() => void settleSlowly(), 1);
    loop.set(() => seen.push(loop.nowMs), 5);
    await loop.run(10);
    expect(seen).toEqual([1, 4, 5]);
  });

  it('drops what a removed owner waits for, then and afterwards', async () => {
    const loop = createEventLoop();
    const owner = {};
    const ran: string[] = [];
    loop.set(() => ran.push('before'), 1, owner);
    loop.set(() => ran.push('too late'), 5, owner);
    loop.set(() => {
      expect(loop.pending(owner)).toBe(1);
      loop.drop(owner);
      loop.set(() => ran.push('after'), 1, owner);
      expect(loop.pending(owner)).toBe(0);
    }, 3);
    await loop.run(10);
    expect(ran).toEqual(['before']);
  });
});

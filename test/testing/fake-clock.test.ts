import { describe, expect, it } from 'vitest';
import { createFakeClock } from '../../src/testing/index.js';

describe('createFakeClock', () => {
  it('runs timers in order of time, and in the order of setting at the same time', async () => {
    const clock = createFakeClock(1_000);
    const ran: string[] = [];
    const note = (name: string) => () => ran.push(`${name}@${clock.now()}`);
    clock.setTimeout(note('late'), 30);
    clock.setTimeout(note('early'), 10);
    clock.setTimeout(note('early too'), 10);
    clock.setTimeout(note('beyond'), 31);
    await clock.advance(30);
    expect(ran).toEqual(['early@1010', 'early too@1010', 'late@1030']);
    expect(clock.now()).toBe(1_030);
    expect(clock.pendingTimers).toBe(1);
  });

  it('settles promise chains before the first timer and between timers', async () => {
    const clock = createFakeClock();
    const sleep = (ms: number) => new Promise<void>((resolve) => clock.setTimeout(resolve, ms));
    const ticks: number[] = [];
    const loop = (async () => {
      for (let turn = 0; turn < 200; turn += 1) await Promise.resolve();
      for (let round = 0; round < 5; round += 1) {
        await sleep(10);
        for (let turn = 0; turn < 200; turn += 1) await Promise.resolve();
        ticks.push(clock.now());
      }
    })();
    await clock.advance(50);
    expect(ticks).toEqual([10, 20, 30, 40, 50]);
    await loop;
  });

  it('does not run a cancelled timer, and ignores unknown handles', async () => {
    const clock = createFakeClock();
    let ran = 0;
    const handle = clock.setTimeout(() => (ran += 1), 5);
    clock.clearTimeout(handle);
    clock.clearTimeout(undefined);
    await clock.advance(100);
    expect(ran).toBe(0);
    expect(clock.pendingTimers).toBe(0);
  });

  it('treats delays like Node: below 0 and NaN at once, beyond 2^31 - 1 after 1 ms', async () => {
    const clock = createFakeClock();
    const ran: string[] = [];
    clock.setTimeout(() => ran.push('negative'), -5);
    clock.setTimeout(() => ran.push('NaN'), Number.NaN);
    clock.setTimeout(() => ran.push('huge'), 2 ** 31);
    clock.setTimeout(() => ran.push('longest'), 2 ** 31 - 1);
    await clock.advance(0);
    expect(ran).toEqual(['negative', 'NaN']);
    await clock.advance(1);
    expect(ran).toEqual(['negative', 'NaN', 'huge']);
    await clock.advance(2 ** 31 - 2);
    expect(ran).toEqual(['negative', 'NaN', 'huge', 'longest']);
  });

  it('passes on what a timer throws and continues afterwards', async () => {
    const clock = createFakeClock();
    let ran = false;
    clock.setTimeout(() => {
      throw new Error('boom');
    }, 1);
    clock.setTimeout(() => (ran = true), 2);
    await expect(clock.advance(5)).rejects.toThrow('boom');
    await clock.advance(5);
    expect(ran).toBe(true);
  });

  it.each([-1, Number.NaN, Number.POSITIVE_INFINITY])('rejects advancing by %s', async (ms) => {
    await expect(createFakeClock().advance(ms)).rejects.toThrow(RangeError);
  });
});

import { describe, expect, it } from 'vitest';
import { ServerClock } from '../../src/client/server-clock.js';

describe('ServerClock', () => {
  it('is the local clock until the time of the exchange is known', () => {
    const clock = new ServerClock(
      () => 1_000,
      async () => 0,
    );
    expect([clock.now(), clock.offsetMs]).toEqual([1_000, 0]);
  });

  it('assumes that the answer was true half-way between sending and receiving', async () => {
    let now = 1_000;
    const clock = new ServerClock(
      () => now,
      async () => {
        now += 400;
        return 51_200;
      },
    );
    await clock.synchronize();
    expect(clock.offsetMs).toBe(50_000);
    now = 2_000;
    expect(clock.now()).toBe(52_000);
  });

  it('asks once for concurrent calls, and again later', async () => {
    let asked = 0;
    const clock = new ServerClock(
      () => 0,
      async () => ++asked,
    );
    await Promise.all([clock.synchronize(), clock.synchronize(), clock.synchronize()]);
    expect([asked, clock.offsetMs]).toEqual([1, 1]);
    await clock.synchronize();
    expect(clock.offsetMs).toBe(2);
  });

  it('keeps its offset when the exchange does not answer, and can be asked again', async () => {
    const answers = [Promise.reject(new Error('no answer')), Promise.resolve(7)];
    const clock = new ServerClock(
      () => 0,
      () => answers.shift() as Promise<number>,
    );
    await expect(clock.synchronize()).rejects.toThrow('no answer');
    expect(clock.offsetMs).toBe(0);
    await clock.synchronize();
    expect(clock.offsetMs).toBe(7);
  });
});

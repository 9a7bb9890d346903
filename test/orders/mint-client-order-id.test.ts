import fc from 'fast-check';
import { mintClientOrderId } from '../../src/index.js';
import { createFakeClock, createRandom } from '../../src/testing/index.js';
import { describe, expect, it } from 'vitest';

describe('mintClientOrderId', () => {
  it('fits every market: at most 36 letters and digits, whatever the prefix, the time and the random numbers', () => {
    const prefix = fc.stringMatching(/^[A-Za-z0-9]{0,8}$/);
    const time = fc.integer({ min: 0, max: 36 ** 9 - 2 });
    fc.assert(
      fc.property(prefix, time, fc.integer(), (start, now, seed) => {
        const id = mintClientOrderId({
          prefix: start,
          clock: { now: () => now },
          random: createRandom(seed),
        });
        expect(id).toMatch(/^[A-Za-z0-9]{28,36}$/);
        expect(id.startsWith(start)).toBe(true);
      }),
    );
  });

  it('never makes the same id twice, even if every process has the same clock', () => {
    const ids = new Set<string>();
    for (let process = 0; process < 50; process += 1) {
      const clock = createFakeClock(1_700_000_000_000);
      for (let order = 0; order < 200; order += 1) ids.add(mintClientOrderId({ clock }));
    }
    expect(ids.size).toBe(10_000);
  });

  it('sorts by time, within a millisecond and when the clock is set back', async () => {
    const clock = createFakeClock(1_700_000_000_000);
    let now = clock.now();
    const moving = { now: () => now };
    const ids: string[] = [];
    for (const step of [0, 0, 0, 1, 0, -5_000, 0, 4_000, 2_000]) {
      now += step;
      ids.push(mintClientOrderId({ clock: moving }));
    }
    expect(ids).toEqual(ids.toSorted());
    expect(new Set(ids.map((id) => id.slice(2, 14))).size).toBe(ids.length);
  });

  it('moves on to the next millisecond when one is exhausted', () => {
    const clock = { now: () => 1_000 };
    const random = (): number => 0;
    let last = '';
    for (let count = 0; count < 36 ** 3 + 2; count += 1) {
      const id = mintClientOrderId({ clock, random });
      if (!(id > last)) throw new Error(`${id} came after ${last}`);
      last = id;
    }
    expect(Number.parseInt(last.slice(2, 11), 36)).toBe(1_001);
  });

  it.each(['ninechars', 'a-b', 'ä', ' '])('rejects the prefix %j', (prefix) => {
    expect(() => mintClientOrderId({ prefix })).toThrow(
      `Cannot mint a client order id: prefix must be 0 to 8 letters or digits, received '${prefix}'`,
    );
  });
});

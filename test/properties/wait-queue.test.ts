import assert from 'node:assert/strict';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Links, type Waiter, WaitQueue } from '../../src/policies/admission/wait-queue.js';

class Guest implements Waiter {
  readonly id: number;
  readonly priority: number;
  waitingSince = 0;
  links: Links | undefined = undefined;

  constructor(id: number, priority: number) {
    this.id = id;
    this.priority = priority;
  }
}

const step = fc.oneof(
  { weight: 5, arbitrary: fc.record({ do: fc.constant('add' as const), priority: fc.nat(2) }) },
  {
    weight: 4,
    arbitrary: fc.record({ do: fc.constant('next' as const), allowed: fc.constantFrom(0, 1, 2, 2, 2) }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('leave' as const), which: fc.nat(20) }) },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant('wait' as const), ms: fc.constantFrom(1, 400, 1_000) }),
  },
);

describe('the queue', () => {
  it('keeps its order in 10,000 random histories', () => {
    let aged = 0;
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60, size: 'max' }), (steps) => {
        const queue = new WaitQueue();
        const waiting: Guest[] = [];
        let now = 0;
        let grants = 0;
        for (const [id, action] of steps.entries()) {
          if (action.do === 'wait') now += action.ms;
          else if (action.do === 'add') {
            const guest = new Guest(id, action.priority);
            queue.add(guest, now);
            waiting.push(guest);
          } else if (action.do === 'leave') {
            const guest = waiting[action.which % Math.max(1, waiting.length)];
            if (!guest) continue;
            assert.equal(queue.remove(guest), true);
            assert.equal(queue.remove(guest), false);
            waiting.splice(waiting.indexOf(guest), 1);
          } else {
            const may = ({ priority }: Waiter) => priority <= action.allowed;
            const chosen = queue.next(now, may) as Guest | undefined;
            const heads = [0, 1, 2]
              .map((priority) => waiting.find((guest) => guest.priority === priority))
              .filter((head) => head !== undefined);
            const first = heads[0];
            // Within a class always the first to come; between classes the highest, or one that waited for long.
            if (chosen === undefined) assert.equal(first === undefined || !may(first), true);
            else {
              assert.ok(heads.includes(chosen));
              assert.equal(may(chosen), true);
              if (chosen !== first) {
                aged += 1;
                assert.ok(now - chosen.waitingSince >= 1_000);
                assert.equal(grants % 4, 3);
              }
              queue.grant(chosen);
              grants += 1;
              waiting.splice(waiting.indexOf(chosen), 1);
            }
          }
          assert.equal(queue.size, waiting.length);
          for (const priority of [0, 1, 2]) {
            const ofRank = waiting.filter((guest) => guest.priority === priority);
            assert.equal(queue.sizeOf(priority), ofRank.length);
            assert.equal(queue.oldest(priority), ofRank[0]);
            assert.equal(
              queue.hasAhead(priority),
              waiting.some((guest) => guest.priority <= priority),
            );
          }
        }
      }),
      { numRuns: 10_000, seed: 20261123 },
    );
    expect(aged).toBeGreaterThan(0);
  });

  it('no priority starves: under a flood of the highest one the lowest still gets its share', () => {
    const queue = new WaitQueue();
    const low = Array.from({ length: 100 }, (_, id) => new Guest(id, 2));
    for (const guest of low) queue.add(guest, 0);
    let served = 0;
    for (let turn = 0; turn < 400; turn += 1) {
      queue.add(new Guest(1_000 + turn, 0), 1_000 + turn);
      const next = queue.next(1_000 + turn, () => true);
      if (next?.priority === 2) served += 1;
      if (next) queue.grant(next);
    }
    expect(served).toBe(100);
  });

  it('forgets 100,000 that leave in any order', () => {
    const queue = new WaitQueue();
    const guests = Array.from({ length: 100_000 }, (_, id) => new Guest(id, id % 3));
    for (const guest of guests) queue.add(guest, 0);
    for (const guest of guests.toSorted(
      (left, right) => ((left.id * 7_919) % 100_003) - ((right.id * 7_919) % 100_003),
    )) {
      if (!queue.remove(guest)) throw new Error('It was not there');
    }
    expect(queue.size).toBe(0);
    expect(queue.first).toBeUndefined();
  });
});

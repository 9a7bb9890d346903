import assert from 'node:assert/strict';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createPolicy, type Priority, WEEXOrderError } from '../../src/index.js';
import { createFakeClock } from '../../src/testing/fake-clock.js';
import { down, limited } from '../policies/harness.js';
import { howMany } from './how-many.js';

const ranks = ['critical', 'normal', 'background'] as const satisfies readonly Priority[];
const apartMs = 25;
/** A probe that has not settled by then gives way to the next one. */
const probeMs = 5_000;

interface Waiting {
  readonly id: number;
  readonly rank: number;
  readonly since: number;
}

/** The cool-down in its plainest form, from its page. It notes when each call starts. */
class Model {
  now = 0;
  state: 'open' | 'closed' | 'probing' | 'following' = 'open';
  closedUntil = 0;
  probe: number | undefined;
  /** Of those that follow: when the next batch goes, and how many it is. */
  nextAt = 0;
  batch = 1;
  waiting: Waiting[] = [];
  turns = 0;
  readonly said: string[] = [];
  /** Probes refused in a row; each makes the next wait longer. */
  refusedProbes = 0;
  refusedStart = -Infinity;
  readonly startedAt: Map<number, number> = new Map();

  #start(id: number): void {
    this.startedAt.set(id, this.now);
    this.said.push(`${this.now} ${id}`);
  }

  /** The next to go, as in the queue of admission: by class; every fourth turn who has waited longest, from a second on. */
  #take(): Waiting | undefined {
    const byClass = this.waiting.toSorted((a, b) => a.rank - b.rank);
    const longest = byClass.toSorted((a, b) => a.since - b.since)[0];
    const isAged = longest && this.turns % 4 === 3 && this.now - longest.since >= 1_000;
    const next = isAged ? longest : byClass[0];
    if (next) this.turns += 1;
    if (next) this.waiting = this.waiting.filter((one) => one !== next);
    return next;
  }

  #sendProbe(): void {
    const next = this.#take();
    if (!next) return;
    this.state = 'probing';
    this.closedUntil = this.now + probeMs;
    this.probe = next.id;
    this.#start(next.id);
  }

  begin(id: number, rank: number): void {
    const isPaced = this.state === 'following' && rank > 0;
    if (this.state === 'open' || (this.state === 'following' && !isPaced)) {
      this.#start(id);
      return;
    }
    this.waiting.push({ id, rank, since: this.now });
    const mayProbe = this.state === 'closed' || this.state === 'probing';
    if (!mayProbe || this.now < this.closedUntil) return;
    // Whoever did not wait has taken no turn.
    const { turns } = this;
    this.#sendProbe();
    this.turns = turns;
  }

  end(id: number, how: 'answered' | 'limited' | 'nothing', forMs = 0): void {
    const isProbe = this.state === 'probing' && this.probe === id;
    const startedAt = this.startedAt.get(id) ?? 0;
    if (how === 'answered' && startedAt > this.refusedStart) this.refusedProbes = 0;
    if (how === 'limited') {
      this.refusedStart = startedAt;
      if (isProbe) this.refusedProbes += 1;
      const leastMs = isProbe && forMs < 2_000 ? Math.min(60_000, 500 * 2 ** this.refusedProbes) : 0;
      const until = this.now + Math.max(forMs, leastMs);
      this.closedUntil = this.state === 'closed' ? Math.max(this.closedUntil, until) : until;
      this.state = 'closed';
      this.probe = undefined;
    } else if (isProbe && how === 'answered') {
      this.probe = undefined;
      this.state = 'following';
      this.batch = 1;
      this.nextAt = this.now;
      this.#follow();
    } else if (isProbe) {
      this.probe = undefined;
      this.state = 'closed';
      this.closedUntil = this.now;
      this.#sendProbe();
    }
  }

  /** Critical calls at once, the others in batches of 1, 2, 4 and so on. */
  #follow(): void {
    for (const one of this.waiting.filter(({ rank }) => rank === 0)) {
      this.#start(one.id);
      this.turns += 1;
      this.waiting = this.waiting.filter((other) => other !== one);
    }
    while (this.state === 'following' && this.nextAt <= this.now) {
      for (let place = 0; place < this.batch; place += 1) {
        const next = this.#take();
        if (next) this.#start(next.id);
      }
      this.batch *= 2;
      this.nextAt += apartMs;
      if (this.waiting.length === 0) this.state = 'open';
    }
  }

  giveUp(index: number): number | undefined {
    const leaving = this.waiting[index % Math.max(1, this.waiting.length)];
    this.waiting = this.waiting.filter((one) => one !== leaving);
    if (this.state === 'following' && this.waiting.length === 0) this.state = 'open';
    return leaving?.id;
  }

  wait(ms: number): void {
    const until = this.now + ms;
    for (;;) {
      const next = this.state === 'following' ? this.nextAt : this.closedUntil;
      if (this.state === 'open' || next > until) break;
      if (this.state !== 'following' && this.waiting.length === 0) break;
      this.now = Math.max(this.now, next);
      if (this.state === 'following') this.#follow();
      else this.#sendProbe();
    }
    this.now = until;
  }
}

const step = fc.oneof(
  { weight: 8, arbitrary: fc.constantFrom(0, 1, 1, 2).map((rank) => ({ do: 'begin' as const, rank })) },
  {
    weight: 7,
    arbitrary: fc.record({
      do: fc.constantFrom('answered' as const, 'answered' as const, 'refused' as const, 'nothing' as const),
      which: fc.nat(12),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('limited' as const),
      which: fc.nat(12),
      forMs: fc.constantFrom(100, 400, 2_000),
    }),
  },
  { weight: 1, arbitrary: fc.nat(12).map((which) => ({ do: 'give up' as const, which })) },
  {
    weight: 5,
    arbitrary: fc.constantFrom(1, 10, 25, 60, 100, 2_000).map((ms) => ({ do: 'wait' as const, ms })),
  },
);
type Step = typeof step extends fc.Arbitrary<infer Value> ? Value : never;

async function compare(steps: readonly Step[], seen: Set<string>): Promise<void> {
  const clock = createFakeClock();
  const policy = createPolicy({ clock, coolDown: { scope: 'the model' } });
  const model = new Model();
  const said: string[] = [];
  const running: { id: number; settle: (error?: Error) => void }[] = [];
  const aborts = new Map<number, AbortController>();
  for (const [id, one] of steps.entries()) {
    if (one.do === 'begin') {
      const controller = new AbortController();
      aborts.set(id, controller);
      void policy.executeOutcome(
        () => {
          said.push(`${clock.now()} ${id}`);
          return new Promise<void>((resolve, reject) => {
            running.push({ id, settle: (error) => (error ? reject(error) : resolve()) });
          });
        },
        { priority: ranks[one.rank], signal: controller.signal },
      );
      model.begin(id, one.rank);
    } else if (one.do === 'give up') {
      const leaving = model.giveUp(one.which);
      if (leaving !== undefined) aborts.get(leaving)?.abort();
    } else if (one.do !== 'wait') {
      running.sort((a, b) => a.id - b.id);
      const [over] = running.splice(one.which % Math.max(1, running.length), 1);
      if (!over) continue;
      if (one.do === 'limited') model.end(over.id, 'limited', one.forMs);
      else model.end(over.id, one.do === 'nothing' ? 'nothing' : 'answered');
      if (one.do === 'answered') over.settle();
      else if (one.do === 'refused')
        over.settle(new WEEXOrderError('no', { executionStatus: 'not-executed' }));
      else if (one.do === 'nothing') over.settle(down());
      else if (one.do === 'limited') over.settle(limited(one.forMs / 1_000));
    }
    await clock.advance(one.do === 'wait' ? one.ms : 0);
    model.wait(one.do === 'wait' ? one.ms : 0);
    seen.add(model.state);
    assert.deepEqual(said, model.said, `step ${id}`);
    assert.equal(policy.snapshot().coolDown?.waiting, model.waiting.length, `step ${id}`);
  }
}

describe('the cool-down', () => {
  it('behaves like its simplest model, in random histories', async () => {
    const seen = new Set<string>();
    const histories = fc.array(step, { minLength: 5, maxLength: 50, size: 'max' });
    await fc.assert(
      fc.asyncProperty(histories, (steps) => compare(steps, seen)),
      { numRuns: howMany(10_000, 300), seed: 20261130 },
    );
    expect([...seen].toSorted()).toEqual(['closed', 'following', 'open', 'probing']);
  }, 900_000);
});

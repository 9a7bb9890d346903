import assert from 'node:assert/strict';
import fc from 'fast-check';
import { describe } from 'vitest';
import { createPolicy, type Priority } from '../../src/index.js';
import { createFakeClock } from '../../src/testing/fake-clock.js';
import { againstModel } from './against-model.js';

const ranks = ['critical', 'normal', 'background'] as const satisfies readonly Priority[];

interface Options {
  readonly limit: number;
  readonly queue: number;
  readonly maxWaitMs: number | undefined;
  readonly reserved: { readonly critical: number; readonly normal: number };
}

interface Waiting {
  readonly id: number;
  readonly rank: number;
  readonly since: number;
}

/**
 * The bulkhead in its plainest form, from its page: lists of who runs and who waits, looked through anew at every step.
 * It notes what becomes of each call, in order.
 */
class Model {
  options: Options | false;
  now = 0;
  running: { id: number; rank: number }[] = [];
  waiting: Waiting[] = [];
  turns = 0;
  readonly said: string[] = [];

  constructor(options: Options) {
    this.options = options;
  }

  /** No class and those below it fill together more than is not kept for the classes above. */
  #hasSlot(rank: number): boolean {
    if (!this.options) return true;
    const { limit, reserved } = this.options;
    const forMe = [limit, limit - reserved.critical, limit - reserved.critical - reserved.normal];
    return [0, 1, 2]
      .filter((other) => other <= rank)
      .every((other) => this.running.filter((one) => one.rank >= other).length < forMe[other]!);
  }

  #start(id: number, rank: number): void {
    this.running.push({ id, rank });
    this.said.push(`${this.now} ${id} starts`);
  }

  begin(id: number, rank: number): void {
    // Whoever waits in its class or above goes first.
    const isBehind = this.waiting.some((other) => other.rank <= rank);
    if (this.#hasSlot(rank) && !isBehind) this.#start(id, rank);
    else if (this.#makePlace(rank)) {
      this.waiting.push({ id, rank, since: this.now });
      this.#letOut();
    } else this.said.push(`${this.now} ${id} refused`);
  }

  /** Critical calls have places of their own, the others share theirs; a background call gives up its place. */
  #makePlace(rank: number): boolean {
    const places = this.options ? this.options.queue : 0;
    const sharing = this.waiting.filter((other) => (other.rank === 0) === (rank === 0)).length;
    if (sharing < places) return true;
    const oldest = this.waiting.find((other) => other.rank === 2);
    if (rank === 2 || !oldest || places === 0) return false;
    this.#leave(oldest.id);
    this.said.push(`${this.now} ${oldest.id} refused`);
    return true;
  }

  #leave(id: number): void {
    this.waiting = this.waiting.filter((other) => other.id !== id);
  }

  #letOut(): void {
    for (;;) {
      const next = this.#next();
      if (!next) return;
      this.#leave(next.id);
      this.turns += 1;
      this.#start(next.id, next.rank);
    }
  }

  /**
   * The first of the highest class; every fourth turn who has waited longest, once that is a second. Of those that came
   * at the same moment, the one of the higher class.
   */
  #next(): Waiting | undefined {
    const free = this.waiting.filter(({ rank }) => this.#hasSlot(rank));
    const longest = free.toSorted((a, b) => a.since - b.since || a.rank - b.rank)[0];
    if (longest && this.turns % 4 === 3 && this.now - longest.since >= 1_000) return longest;
    return [0, 1, 2].map((rank) => free.find((other) => other.rank === rank)).find((first) => first);
  }

  end(index: number): number | undefined {
    const [over] = this.running.splice(index % Math.max(1, this.running.length), 1);
    if (over) this.#letOut();
    return over?.id;
  }

  giveUp(index: number): number | undefined {
    const leaving = this.waiting[index % Math.max(1, this.waiting.length)];
    if (!leaving) return undefined;
    this.#leave(leaving.id);
    this.said.push(`${this.now} ${leaving.id} aborted`);
    this.#letOut();
    return leaving.id;
  }

  wait(ms: number): void {
    const until = this.now + ms;
    for (;;) {
      const maxWaitMs = this.patience();
      const late = this.waiting.find(({ id, since }) => since + maxWaitMs(id) <= until);
      const soonest = this.waiting
        .filter(({ id, since }) => since + maxWaitMs(id) <= until)
        .toSorted((a, b) => a.since + maxWaitMs(a.id) - (b.since + maxWaitMs(b.id)))[0];
      if (!late || !soonest) break;
      this.now = soonest.since + maxWaitMs(soonest.id);
      this.#leave(soonest.id);
      this.said.push(`${this.now} ${soonest.id} refused`);
      this.#letOut();
    }
    this.now = until;
  }

  /** Each call has the patience of the options that it began with. */
  readonly patienceOf: Map<number, number> = new Map();
  patience(): (id: number) => number {
    return (id) => this.patienceOf.get(id) ?? Infinity;
  }

  reconfigure(options: Options | false): void {
    this.options = options;
    this.#letOut();
  }
}

const options = fc
  .record({
    limit: fc.integer({ min: 1, max: 4 }),
    queue: fc.constantFrom(0, 1, 2, 5, Infinity),
    maxWaitMs: fc.constantFrom(undefined, undefined, 700, 2_500),
    reserved: fc.record({ critical: fc.nat(1), normal: fc.nat(1) }),
  })
  .map(
    ({ limit, maxWaitMs, queue, reserved }): Options => ({
      limit: limit + reserved.critical + reserved.normal,
      queue,
      maxWaitMs: queue > 0 ? maxWaitMs : undefined,
      reserved,
    }),
  );
const calm = fc.oneof(
  { weight: 8, arbitrary: fc.nat(2).map((rank) => ({ do: 'begin' as const, rank })) },
  { weight: 6, arbitrary: fc.nat(20).map((which) => ({ do: 'end' as const, which })) },
  { weight: 2, arbitrary: fc.nat(20).map((which) => ({ do: 'give up' as const, which })) },
  { weight: 3, arbitrary: fc.constantFrom(1, 300, 999, 1_000).map((ms) => ({ do: 'wait' as const, ms })) },
);
const change = fc.oneof({ weight: 4, arbitrary: options }, fc.constant(false as const));
const changing = fc.oneof(
  { weight: 8, arbitrary: calm },
  { weight: 1, arbitrary: change.map((to) => ({ do: 'reconfigure' as const, to })) },
);
type Step = typeof changing extends fc.Arbitrary<infer Value> ? Value : never;

async function compare(given: Options, steps: readonly Step[], seen: Set<string>): Promise<void> {
  const clock = createFakeClock();
  const policy = createPolicy({ clock, bulkhead: given });
  const model = new Model(given);
  const said: string[] = [];
  const ends = new Map<number, () => void>();
  const aborts = new Map<number, AbortController>();
  for (const [id, step] of steps.entries()) {
    if (step.do === 'begin') {
      const controller = new AbortController();
      aborts.set(id, controller);
      void policy
        .executeOutcome(
          () => {
            said.push(`${clock.now()} ${id} starts`);
            return new Promise<void>((resolve) => ends.set(id, resolve));
          },
          { priority: ranks[step.rank]!, signal: controller.signal },
        )
        .then((outcome) => {
          if (outcome.ok) return;
          said.push(`${clock.now()} ${id} ${controller.signal.aborted ? 'aborted' : 'refused'}`);
        });
      const { maxWaitMs } = model.options || { maxWaitMs: undefined };
      if (maxWaitMs !== undefined) model.patienceOf.set(id, maxWaitMs);
      model.begin(id, step.rank);
    } else if (step.do === 'end') {
      const over = model.end(step.which);
      if (over !== undefined) ends.get(over)?.();
    } else if (step.do === 'give up') {
      const leaving = model.giveUp(step.which);
      if (leaving !== undefined) aborts.get(leaving)?.abort();
    } else if (step.do === 'reconfigure') {
      policy.reconfigure({ bulkhead: step.to });
      model.reconfigure(step.to);
    }
    await clock.advance(step.do === 'wait' ? step.ms : 0);
    if (step.do === 'wait') model.wait(step.ms);
    // What happens in one step happens at once: a refusal is told a turn of the promises later.
    assert.deepEqual(said.toSorted(), model.said.toSorted(), `step ${id}`);
    assert.deepEqual(starts(said), starts(model.said), `step ${id}`);
    if (model.options) {
      assert.deepEqual(policy.snapshot().bulkhead, {
        running: model.running.length,
        waiting: model.waiting.length,
      });
    }
  }
  for (const line of model.said) seen.add(line.split(' ')[2]!);
  if (model.turns > 3) seen.add('a fourth turn');
}

const starts = (said: readonly string[]): string[] => said.filter((line) => line.endsWith('starts'));

describe('the bulkhead', () => {
  againstModel<Options, Step>({
    options,
    calm,
    changing,
    longest: 50,
    compare,
    comesAbout: ['a fourth turn', 'aborted', 'refused', 'starts'],
  });
});

import assert from 'node:assert/strict';
import fc from 'fast-check';
import { describe } from 'vitest';
import { createPolicy } from '../../src/index.js';
import { createFakeClock } from '../../src/testing/fake-clock.js';
import { againstModel } from './against-model.js';

interface Options {
  readonly limit: number;
  readonly windowMs: number;
}
interface Sent {
  readonly id: number;
  readonly cost: number;
  readonly at: number;
  endedAt: number | undefined;
}

/** The rate limit in its plainest form, from its page: every call that was sent, counted anew at every look. */
class Model {
  options: Options;
  readonly sent: Sent[] = [];
  readonly waiting: { readonly id: number; readonly cost: number }[] = [];
  /** Since when the first one waits as the first. */
  firstSince = 0;
  /** The calls that had waited, when they went. */
  readonly left: { readonly at: number; readonly cost: number }[] = [];
  /** The options in force since. */
  changedAt = 0;
  widest: number;

  constructor(options: Options) {
    this.options = options;
    this.widest = options.windowMs;
  }

  /** What counts: what runs, and what ended less than a window ago. */
  used(at: number): number {
    const { windowMs } = this.options;
    return this.sent
      .filter((one) => one.at <= at)
      .filter(({ endedAt }) => endedAt === undefined || endedAt > at || endedAt + windowMs > at)
      .reduce((sum, { cost }) => sum + cost, 0);
  }

  hasRoom(cost: number, at: number): boolean {
    return this.used(at) + cost <= this.options.limit;
  }

  /** In each slice of time calls that waited take a little more than their even share of the limit, at least one call. */
  inPace(cost: number, at: number): number {
    const { limit, windowMs } = this.options;
    const slice = Math.floor(at / 50);
    const share = Math.ceil((1.5 * limit * 50) / windowMs);
    const gone = this.left.filter((one) => Math.floor(one.at / 50) === slice);
    const granted = gone.reduce((sum, one) => sum + one.cost, 0);
    return gone.length === 0 || granted + cost <= share ? at : (slice + 1) * 50;
  }

  /** From when on the first one had room, as things stand now. */
  roomSince(cost: number, now: number): number | undefined {
    const from = Math.max(this.firstSince, this.changedAt);
    const freed = this.sent.map(({ endedAt }) => (endedAt ?? Infinity) + this.options.windowMs);
    return [from, ...freed]
      .filter((at) => at >= from && at <= now)
      .toSorted((a, b) => a - b)
      .find((at) => this.hasRoom(cost, at));
  }
}

const options = fc.record({ limit: fc.integer({ min: 1, max: 6 }), windowMs: fc.constantFrom(100, 1_000) });
const calm = fc.oneof(
  { weight: 8, arbitrary: fc.constantFrom(1, 1, 2, 3, 0).map((cost) => ({ do: 'begin' as const, cost })) },
  { weight: 6, arbitrary: fc.nat(20).map((which) => ({ do: 'end' as const, which })) },
  { weight: 1, arbitrary: fc.nat(20).map((which) => ({ do: 'give up' as const, which })) },
  {
    weight: 4,
    arbitrary: fc.constantFrom(1, 7, 50, 100, 333, 1_000).map((ms) => ({ do: 'wait' as const, ms })),
  },
);
const changing = fc.oneof(
  { weight: 12, arbitrary: calm },
  { weight: 1, arbitrary: options.map((to) => ({ do: 'reconfigure' as const, to })) },
);
type Step = typeof changing extends fc.Arbitrary<infer Value> ? Value : never;
async function compare(given: Options, steps: readonly Step[], seen: Set<string>): Promise<void> {
  const clock = createFakeClock();
  const policy = createPolicy({ clock, rateLimit: given });
  const model = new Model(given);
  const running: { sent: Sent; settle: () => void }[] = [];
  const aborts = new Map<number, AbortController>();
  const faults: string[] = [];
  let beginning: number | undefined;

  const started = (id: number, cost: number, settle: () => void): void => {
    const now = clock.now();
    const place = model.waiting.findIndex((one) => one.id === id);
    if (place > 0) faults.push(`${id} overtakes ${model.waiting[0]!.id}`);
    if (!model.hasRoom(cost, now)) faults.push(`${id} has no room at ${now}`);
    if (place === 0) {
      const since = model.roomSince(cost, now);
      const goesAt = since === undefined ? undefined : model.inPace(cost, since);
      if (now !== goesAt) faults.push(`${id} goes at ${now}, not at ${goesAt}`);
      if (since !== undefined && now > since) seen.add('spread');
      model.left.push({ at: now, cost });
      seen.add('waited');
      model.waiting.shift();
      model.firstSince = now;
    } else if (beginning !== id) faults.push(`${id} did not wait`);
    else if (model.waiting.length > 0) faults.push(`${id} overtakes ${model.waiting[0]!.id}`);
    const sent: Sent = { id, cost, at: now, endedAt: undefined };
    model.sent.push(sent);
    running.push({ sent, settle });
  };

  const endAll = async (): Promise<void> => {
    while (running.length > 0 || model.waiting.length > 0) {
      for (const { sent, settle } of running.splice(0)) {
        sent.endedAt = clock.now();
        settle();
      }
      const before = model.waiting.length;
      await clock.advance(2 * model.widest);
      assert.ok(before === 0 || model.waiting.length < before, 'nobody who waits goes');
    }
  };

  for (const [id, step] of steps.entries()) {
    const now = clock.now();
    if (step.do === 'begin') {
      const cost = Math.min(step.cost, model.options.limit);
      const controller = new AbortController();
      aborts.set(id, controller);
      const couldStart = model.waiting.length === 0 && model.hasRoom(cost, now);
      beginning = id;
      let hasStarted = false;
      void policy.executeOutcome(
        () =>
          new Promise<void>((resolve) => {
            hasStarted = true;
            started(id, cost, resolve);
          }),
        { cost, signal: controller.signal },
      );
      beginning = undefined;
      if (couldStart !== hasStarted) faults.push(`${id} ${couldStart ? 'waits' : 'goes'} at ${now}`);
      if (!hasStarted) {
        if (model.waiting.length === 0) model.firstSince = now;
        model.waiting.push({ id, cost });
      }
    } else if (step.do === 'wait') await clock.advance(step.ms);
    else if (step.do === 'end') {
      const [over] = running.splice(step.which % Math.max(1, running.length), 1);
      if (!over) continue;
      over.sent.endedAt = now;
      over.settle();
      await clock.advance(0);
    } else if (step.do === 'give up') {
      const index = step.which % Math.max(1, model.waiting.length);
      const [leaving] = model.waiting.splice(index, 1);
      if (!leaving) continue;
      if (index === 0) model.firstSince = now;
      aborts.get(leaving.id)?.abort();
      await clock.advance(0);
    } else {
      const fits = model.waiting.every(({ cost }) => cost <= step.to.limit);
      if (!fits) continue;
      model.options = step.to;
      model.changedAt = now;
      model.widest = Math.max(model.widest, step.to.windowMs);
      policy.reconfigure({ rateLimit: step.to });
      await clock.advance(0);
    }
    assert.deepEqual(faults, [], `step ${id}`);
  }
  await endAll();
  assert.deepEqual(faults, [], 'at the end');
}

describe('the rate limit', () => {
  againstModel<Options, Step>({
    options,
    calm,
    changing,
    longest: 40,
    compare,
    comesAbout: ['spread', 'waited'],
  });
});

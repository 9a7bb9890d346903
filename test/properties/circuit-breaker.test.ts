import assert from 'node:assert/strict';
import fc from 'fast-check';
import { describe } from 'vitest';
import { createPolicy, WEEXOrderError } from '../../src/index.js';
import { createFakeClock } from '../../src/testing/fake-clock.js';
import { broken, limited } from '../policies/harness.js';
import { againstModel } from './against-model.js';

interface Options {
  readonly consecutiveFailures?: number | undefined;
  readonly failureRate?: number | undefined;
  readonly windowMs?: number | undefined;
  readonly windowCalls?: number | undefined;
  readonly minimumCalls?: number | undefined;
  readonly slowCallMs?: number | undefined;
  readonly slowCallRate?: number | undefined;
  readonly halfOpenAfterMs: number;
  readonly maxHalfOpenAfterMs?: number | undefined;
  readonly halfOpenTrials: number;
  readonly halfOpenFailureRate: number;
}
const ofTheCount = ['consecutiveFailures', 'windowMs', 'windowCalls'] as const;

type Result = 'good' | 'failed' | 'says nothing';
interface Counted {
  readonly at: number;
  readonly failed: boolean;
  readonly slow: boolean;
}

/** A circuit in its plainest form, from its page: every result is kept, and everything is counted anew each time. */
class Model {
  options: Options;
  state: 'closed' | 'open' | 'half-open' | 'isolated' = 'closed';
  /** Goes up with each change of state: a result of an earlier one moves nothing. */
  era = 0;
  openUntil = 0;
  /** How often it opened without closing in between. */
  openings = 0;
  counted: Counted[] = [];
  /** When each trial that runs frees its place. */
  trials = new Map<number, number>();
  passed = 0;
  failed = 0;

  constructor(options: Options) {
    this.options = options;
  }

  #become(state: Model['state']): void {
    this.state = state;
    this.era += 1;
    this.counted = [];
    this.trials.clear();
    this.passed = 0;
    this.failed = 0;
    if (state === 'closed') this.openings = 0;
  }

  #open(now: number): void {
    const { halfOpenAfterMs, maxHalfOpenAfterMs = halfOpenAfterMs } = this.options;
    this.openUntil = now + Math.min(maxHalfOpenAfterMs, halfOpenAfterMs * 2 ** this.openings);
    const openings = this.openings + 1;
    this.#become('open');
    this.openings = openings;
  }

  /** Whether a call goes through; `undefined` where it is rejected. */
  begin(id: number, now: number): { readonly era: number } | undefined {
    if (this.state === 'open' && now >= this.openUntil) this.#become('half-open');
    if (this.state === 'open' || this.state === 'isolated') return undefined;
    if (this.state === 'half-open') {
      const running = [...this.trials.values()].filter((freeAt) => freeAt > now).length;
      if (running + this.passed + this.failed >= this.options.halfOpenTrials) return undefined;
      this.trials.set(id, now + this.options.halfOpenAfterMs);
    }
    return { era: this.era };
  }

  end(id: number, era: number, result: Result, tookMs: number, now: number): void {
    if (era !== this.era) return;
    this.trials.delete(id);
    if (result === 'says nothing') return;
    const { slowCallMs = Infinity } = this.options;
    const slow = tookMs >= slowCallMs;
    const failed = result === 'failed';
    if (this.state === 'half-open') {
      if (failed || slow) this.failed += 1;
      else this.passed += 1;
      this.#judgeTrials(now);
    } else {
      this.counted.push({ at: now, failed, slow });
      // A result that is neither opens nothing.
      if ((failed || slow) && this.#isTooMuch(now)) this.#open(now);
    }
  }

  #judgeTrials(now: number): void {
    const { halfOpenFailureRate, halfOpenTrials } = this.options;
    // In whole trials: 0.3 times 10 is a little below 3 in floating point.
    if (this.failed > Math.floor(halfOpenTrials * halfOpenFailureRate + 1e-9)) this.#open(now);
    else if (this.passed + this.failed >= halfOpenTrials) this.#become('closed');
  }

  #isTooMuch(now: number): boolean {
    const { consecutiveFailures, failureRate = 0.5, slowCallMs, slowCallRate = 1 } = this.options;
    if (consecutiveFailures !== undefined) {
      const last = this.counted.slice(-consecutiveFailures);
      return last.length === consecutiveFailures && last.every(({ failed }) => failed);
    }
    const window = this.#window(now);
    const { windowCalls = Infinity, minimumCalls = Math.min(10, windowCalls) } = this.options;
    if (window.length < minimumCalls) return false;
    const share = (which: 'failed' | 'slow'): number =>
      window.filter((one) => one[which]).length / window.length;
    return share('failed') >= failureRate || (slowCallMs !== undefined && share('slow') >= slowCallRate);
  }

  /** The last calls, or what ended in this tenth of the window and in the nine before it. */
  #window(now: number): readonly Counted[] {
    const { windowCalls, windowMs = 10_000 } = this.options;
    if (windowCalls !== undefined) return this.counted.slice(-windowCalls);
    const tenth = (at: number): number => Math.floor(at / (windowMs / 10));
    return this.counted.filter(({ at }) => tenth(at) > tenth(now) - 10);
  }

  isolate(): void {
    if (this.state !== 'isolated') this.#become('isolated');
  }

  reset(): void {
    this.openings = 0;
    if (this.state === 'closed') this.counted = [];
    else this.#become('closed');
  }

  /** State and time stay; the counts start anew where the window changes, or the length of the run of failures. */
  reconfigure(options: Options, now: number): void {
    const isCountedAlike = ofTheCount.every((name) => this.options[name] === options[name]);
    this.options = options;
    if (!isCountedAlike && this.state === 'closed') this.counted = [];
    if (this.state === 'half-open' && this.passed + this.failed > 0) this.#judgeTrials(now);
  }
}

const rules = fc.oneof(
  fc.record({ consecutiveFailures: fc.integer({ min: 1, max: 4 }) }),
  fc.record({
    failureRate: fc.constantFrom(0.3, 0.5, 1),
    windowMs: fc.constantFrom(100, 1_000),
    minimumCalls: fc.integer({ min: 1, max: 5 }),
  }),
  fc.record({
    failureRate: fc.constantFrom(0.5, 1),
    windowCalls: fc.integer({ min: 2, max: 6 }),
    minimumCalls: fc.integer({ min: 1, max: 2 }),
  }),
  fc.record({
    slowCallMs: fc.constant(50),
    slowCallRate: fc.constantFrom(0.5, 1),
    windowMs: fc.constant(1_000),
    minimumCalls: fc.integer({ min: 1, max: 4 }),
  }),
);
const shapes = fc.record({
  halfOpenAfterMs: fc.constantFrom(100, 300),
  maxHalfOpenAfterMs: fc.constantFrom(undefined, 300, 1_000),
  halfOpenTrials: fc.integer({ min: 1, max: 3 }),
  halfOpenFailureRate: fc.constantFrom(0, 0.3, 0.5),
});
const options = fc.tuple(rules, shapes).map(([rule, shape]): Options => ({ ...rule, ...shape }));
const keys = [undefined, 'a'] as const;
const calm = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom(0, 0, 0, 1).map((key) => ({ do: 'begin' as const, key })) },
  {
    weight: 7,
    arbitrary: fc.record({
      do: fc.constantFrom('good' as const, 'failed' as const, 'failed' as const, 'says nothing' as const),
      which: fc.nat(6),
    }),
  },
  { weight: 1, arbitrary: fc.nat(6).map((which) => ({ do: 'give up' as const, which })) },
  {
    weight: 4,
    arbitrary: fc.constantFrom(1, 9, 50, 100, 300, 1_000).map((ms) => ({ do: 'wait' as const, ms })),
  },
  { weight: 1, arbitrary: fc.constantFrom({ do: 'isolate' as const }, { do: 'reset' as const }) },
);
const changing = fc.oneof(
  { weight: 9, arbitrary: calm },
  { weight: 1, arbitrary: options.map((to) => ({ do: 'reconfigure' as const, to })) },
);
type Step = typeof changing extends fc.Arbitrary<infer Value> ? Value : never;

async function compare(given: Options, steps: readonly Step[], seen: Set<string>): Promise<void> {
  const clock = createFakeClock();
  const policy = createPolicy({ clock, circuitBreaker: given });
  const models = keys.map(() => new Model(given));
  const running: {
    id: number;
    key: number;
    era: number;
    since: number;
    settle: (error?: Error) => void;
    abort: () => void;
  }[] = [];
  for (const [id, step] of steps.entries()) {
    const now = clock.now();
    if (step.do === 'begin') {
      const controller = new AbortController();
      const model = models[step.key]!;
      const wasOpen = model.state === 'open' && now < model.openUntil;
      const begun = model.begin(id, now);
      let settle: ((error?: Error) => void) | undefined;
      const call = policy.executeOutcome(
        () =>
          new Promise<void>((resolve, reject) => {
            settle = (error) => (error ? reject(error) : resolve());
          }),
        { key: keys[step.key], signal: controller.signal },
      );
      assert.equal(settle !== undefined, begun !== undefined, `step ${id}`);
      if (begun && settle) {
        running.push({
          id,
          key: step.key,
          era: begun.era,
          since: now,
          settle,
          abort: () => controller.abort(),
        });
      } else {
        const outcome = await call;
        assert.ok(!outcome.ok);
        const { kind, retryAfterMs } = outcome.error as { kind: string; retryAfterMs?: number };
        assert.equal(kind, 'circuit-open');
        if (wasOpen) assert.equal(retryAfterMs, model.openUntil - now);
      }
    } else if (step.do === 'wait') await clock.advance(step.ms);
    else if (step.do === 'isolate') {
      policy.isolate();
      models[0]!.isolate();
    } else if (step.do === 'reset') {
      policy.reset();
      for (const model of models) model.reset();
    } else if (step.do === 'reconfigure') {
      policy.reconfigure({ circuitBreaker: step.to });
      for (const model of models) model.reconfigure(step.to, now);
    } else {
      const [call] = running.splice(step.which % Math.max(1, running.length), 1);
      if (!call) continue;
      const result = step.do === 'give up' ? 'says nothing' : step.do;
      models[call.key]!.end(call.id, call.era, result, now - call.since, now);
      if (step.do === 'give up') call.abort();
      else if (step.do === 'good') call.settle();
      else if (step.do === 'failed') call.settle(broken());
      else call.settle(id % 2 ? limited() : new WEEXOrderError('no', { executionStatus: 'not-executed' }));
      await clock.advance(0);
    }
    const { circuitBreaker } = policy.snapshot();
    for (const [index, key] of keys.entries()) {
      const state = key === undefined ? circuitBreaker?.common.state : circuitBreaker?.keys[key]?.state;
      const model = models[index]!;
      assert.equal(state ?? 'closed', model.state, `step ${id}`);
      seen.add(model.state);
      if (model.openings > 1) seen.add('opens again');
    }
  }
}

describe('the circuit breaker', () => {
  againstModel<Options, Step>({
    options,
    calm,
    changing,
    longest: 50,
    compare,
    comesAbout: ['closed', 'half-open', 'isolated', 'open', 'opens again'],
  });
});

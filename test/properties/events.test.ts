import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  createPolicy,
  onResilienceEvent,
  type PolicyOptions,
  type Priority,
  type ResilienceEvent,
  type ResilienceEventType,
  type ResiliencePolicy,
} from '../../src/index.js';
import { createFakeClock } from '../../src/testing/fake-clock.js';
import { createRandom } from '../../src/testing/seeded-random.js';
import { broken, down, limited, lost } from '../policies/harness.js';
import { howMany } from './how-many.js';

const ofCalls = [
  'callStarted',
  'callQueued',
  'callHeld',
  'callDequeued',
  'callRefused',
  'attemptStarted',
  'attemptSettled',
  'retryScheduled',
  'budgetExhausted',
  'fallbackUsed',
  'outcomeUnknown',
  'callSettled',
] as const satisfies readonly ResilienceEventType[];
const ofStates = [
  'circuitOpened',
  'circuitHalfOpened',
  'circuitClosed',
  'coolDownEntered',
  'coolDownLeft',
  'policyReconfigured',
] as const satisfies readonly ResilienceEventType[];
type CallEvent = Extract<ResilienceEvent, { type: (typeof ofCalls)[number] }>;

/** What is said of one call, as the page has it: started, (queued, dequeued)*, attempts, settled, and nothing after. */
class Story {
  readonly told: string[] = [];
  #state: 'new' | 'between' | 'queued' | 'running' | 'ending' | 'over' = 'new';
  #attempts = 0;

  tell(event: CallEvent): string | undefined {
    this.told.push(event.type);
    const fault = this.#next(event);
    return fault && `${fault}: ${this.told.join(' ')}`;
  }

  get isOver(): boolean {
    return this.#state === 'over';
  }

  #next(event: CallEvent): string | undefined {
    const from = this.#state;
    const expected = (states: readonly string[], to: typeof from): string | undefined => {
      this.#state = to;
      return states.includes(from) ? undefined : `${event.type} while ${from}`;
    };
    switch (event.type) {
      case 'callStarted':
        return expected(['new'], 'between');
      case 'callQueued':
        return expected(['between'], 'queued') ?? this.#numbered(event.attempt);
      case 'callDequeued':
        return expected(['queued'], 'between') ?? this.#numbered(event.attempt);
      case 'attemptStarted': {
        const fault = expected(['between'], 'running') ?? this.#numbered(event.attempt);
        this.#attempts += 1;
        return fault;
      }
      case 'attemptSettled':
        return expected(['running'], 'between') ?? this.#numbered(event.attempt + 1);
      case 'callHeld':
      case 'callRefused':
      case 'retryScheduled':
      case 'budgetExhausted':
        return expected(['between'], 'between') ?? this.#numbered(event.attempt);
      case 'fallbackUsed':
        return expected(['between'], 'ending');
      case 'outcomeUnknown':
        return expected(['between', 'ending'], 'ending');
      case 'callSettled':
        return expected(['between', 'ending'], 'over') ?? this.#numbered(event.attempts);
    }
  }

  #numbered(attempts: number): string | undefined {
    return attempts === this.#attempts
      ? undefined
      : `attempt ${attempts} is told of, ${this.#attempts} were started`;
  }
}

const kinds = ['value', 'later', 'down', 'broken', 'limited', 'lost', 'bug'] as const;
const call = fc.record({
  startMs: fc.constantFrom(0, 0, 0, 5, 60, 300, 1_200),
  abortMs: fc.option(fc.constantFrom(0, 1, 30, 200, 900), { nil: undefined, freq: 3 }),
  priority: fc.constantFrom<Priority>('critical', 'normal', 'background'),
  key: fc.constantFrom(undefined, undefined, 'a'),
  effect: fc.constantFrom('read' as const, 'write' as const),
  cost: fc.constantFrom(undefined, undefined, 2),
  answers: fc.array(fc.record({ kind: fc.constantFrom(...kinds), ms: fc.constantFrom(0, 1, 40, 150, 700) }), {
    minLength: 1,
    maxLength: 4,
  }),
});
const bulkhead = fc.record({
  limit: fc.integer({ min: 2, max: 3 }),
  queue: fc.constantFrom(0, 1, 4, Infinity),
  reserved: fc.constantFrom(undefined, { critical: 1 }),
});
const rateLimit = fc.record({
  limit: fc.integer({ min: 2, max: 4 }),
  windowMs: fc.constantFrom(100, 500),
});
const options = fc.record(
  {
    deadlineMs: fc.constantFrom(500, 2_000),
    attemptTimeoutMs: fc.constantFrom(100, 400),
    retry: fc.record({
      maxRetries: fc.nat(3),
      backoff: fc.record({
        initialDelayMs: fc.constantFrom(0, 50),
        jitter: fc.constantFrom('none' as const, 'full' as const),
      }),
      budget: fc.constantFrom(undefined, { ratio: 0.5, minPerSecond: 0.1 }),
    }),
    circuitBreaker: fc.constantFrom(
      { consecutiveFailures: 2, halfOpenAfterMs: 100 },
      { consecutiveFailures: 1, halfOpenAfterMs: 50, whenOpen: 'wait' as const },
      { failureRate: 0.5, windowMs: 500, minimumCalls: 2, halfOpenAfterMs: 100, halfOpenTrials: 2 },
    ),
    bulkhead,
    rateLimit,
    coolDown: fc.constant(true),
    fallback: fc.constantFrom(
      () => 'fallback',
      () => Promise.reject(new Error('no fallback')),
    ),
  },
  { requiredKeys: [] },
);
/** What a listener does when it hears of something for the nth time. */
const reaction = fc.record({
  type: fc.constantFrom(...ofCalls, ...ofStates),
  nth: fc.nat(3),
  does: fc.oneof(
    call.map((started) => ({ start: started })),
    fc.nat(8).map((abort) => ({ abort })),
    fc.record({ bulkhead: fc.option(bulkhead, { nil: false }) }).map((changed) => ({ reconfigure: changed })),
    fc
      .record({ rateLimit: fc.option(rateLimit, { nil: false }) })
      .map((changed) => ({ reconfigure: changed })),
    fc.constant({ reconfigure: { circuitBreaker: { consecutiveFailures: 3, halfOpenAfterMs: 50 } } }),
  ),
});

type GivenCall = typeof call extends fc.Arbitrary<infer Value> ? Value : never;

const errors = { down, broken, lost, limited: () => limited(0.2), bug: () => new TypeError('a bug') };

describe('the events of a call', () => {
  it('are published in order, and no call is overtaken within its priority', async () => {
    const seen = { dequeued: 0, evicted: 0, aborted: 0, retried: 0, started: 0, reconfigured: 0 };
    const asked = fc.asyncProperty(
      options,
      fc.array(call, { minLength: 2, maxLength: 10 }),
      fc.array(reaction, { maxLength: 4 }),
      async (given, calls, reactions) => {
        const clock = createFakeClock();
        const policy: ResiliencePolicy<unknown> = createPolicy({
          ...(given as PolicyOptions),
          clock,
          random: createRandom(3),
          name: 'events',
        });
        const faults: string[] = [];
        const stories = new Map<number, Story>();
        const priorities = new Map<number, Priority>();
        /** Who waits, in the order in which they were told to. */
        const queue: number[] = [];
        const admitted = new Set<number>();
        /** Those that began when nothing had ever been limited: they are not, whatever comes. */
        const free = new Set<number>();
        let hasLimits = Boolean(given.bulkhead ?? given.rateLimit);
        const controllers: AbortController[] = [];
        let settled = 0;

        const start = ({ abortMs, answers, cost, ...how }: GivenCall): void => {
          const controller = new AbortController();
          controllers.push(controller);
          seen.started += 1;
          let attempts = 0;
          const limit = policy.describe().options.rateLimit;
          const fits = cost === undefined || !limit || cost <= limit.limit;
          const { priority, key, effect } = how;
          void policy
            .executeOutcome(
              async () => {
                const { kind, ms } = answers[Math.min(attempts, answers.length - 1)]!;
                attempts += 1;
                if (ms > 0) await new Promise<void>((resolve) => void clock.setTimeout(resolve, ms));
                if (kind === 'value' || kind === 'later') return kind;
                throw errors[kind]();
              },
              { signal: controller.signal, priority, key, effect, cost: fits ? cost : 1 },
            )
            .then(() => (settled += 1));
          if (abortMs !== undefined) clock.setTimeout(() => controller.abort('enough'), abortMs);
        };

        const hear = (event: CallEvent): void => {
          const { callId } = event;
          const story = stories.get(callId) ?? new Story();
          stories.set(callId, story);
          const fault = story.tell(event);
          if (fault) faults.push(fault);
          const leave = (): void => {
            if (queue.includes(callId)) queue.splice(queue.indexOf(callId), 1);
          };
          const overtaken = (): void => {
            const mine = queue.indexOf(callId);
            const ahead = mine === -1 ? queue : queue.slice(0, mine);
            const first = ahead.find((other) => priorities.get(other) === priorities.get(callId));
            if (first !== undefined && !free.has(callId))
              faults.push(`call ${callId} overtakes ${first} by ${event.type}`);
          };
          if (event.type === 'callStarted') {
            priorities.set(callId, event.priority);
            if (!hasLimits) free.add(callId);
          }
          if (event.type === 'callQueued') queue.push(callId);
          if (event.type === 'callDequeued') {
            if (event.outcome === 'admitted') {
              overtaken();
              admitted.add(callId);
              seen.dequeued += 1;
            } else if (event.outcome === 'aborted') seen.aborted += 1;
            else seen.evicted += 1;
            leave();
          }
          // Whoever was let out of the queue has been looked at there.
          if (event.type === 'attemptStarted' && !admitted.delete(callId)) overtaken();
          if (event.type === 'retryScheduled') seen.retried += 1;
          if ('queueLength' in event && event.queueLength < 0) faults.push('a queue of less than nobody');
        };
        const counts = new Map<string, number>();
        const react = ({ type }: ResilienceEvent): void => {
          const nth = counts.get(type) ?? 0;
          counts.set(type, nth + 1);
          for (const { does, ...on } of reactions) {
            if (on.type !== type || on.nth !== nth) continue;
            if ('start' in does) start(does.start);
            else if ('abort' in does) controllers[does.abort]?.abort('a listener');
            else {
              seen.reconfigured += 1;
              policy.reconfigure(does.reconfigure as PolicyOptions);
              const { bulkhead: slots, rateLimit: permits } = policy.describe().options;
              hasLimits ||= Boolean(slots || permits);
            }
          }
        };
        // One listener before, one after: what the reactions set off is told to both in the same order.
        const again: string[] = [];
        const once: string[] = [];
        const name = (event: CallEvent): string => `${event.callId} ${event.type}`;
        const stops = [
          ...ofCalls.map((type) => onResilienceEvent(type, (event) => void once.push(name(event)))),
          ...ofCalls.map((type) => onResilienceEvent(type, hear)),
          ...[...ofCalls, ...ofStates].map((type) => onResilienceEvent(type, react)),
          ...ofCalls.map((type) => onResilienceEvent(type, (event) => void again.push(name(event)))),
        ];
        try {
          for (const one of calls) clock.setTimeout(() => start(one), one.startMs);
          await clock.advance(60_000);
        } finally {
          for (const stop of stops) stop();
        }
        expect(faults).toEqual([]);
        expect(again).toEqual(once);
        expect(settled).toBe(controllers.length);
        expect([...stories.values()].filter(({ isOver }) => !isOver)).toEqual([]);
        expect(stories.size).toBe(controllers.length);
        expect(queue).toEqual([]);
        expect(clock.pendingTimers).toBe(0);
      },
    );
    await fc.assert(asked, { numRuns: howMany(10_000, 300), seed: 20261130 });
    // Nothing of what can happen was left out.
    for (const [what, times] of Object.entries(seen)) expect([what, times > 0]).toEqual([what, true]);
  }, 600_000);
});

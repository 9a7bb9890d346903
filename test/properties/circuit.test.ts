import assert from 'node:assert/strict';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  Circuit,
  type CircuitConfig,
  type CircuitTicket,
  resolveCircuit,
} from '../../src/policies/circuit.js';

/** The circuit in its plainest form: every call of the period is kept, and everything is counted anew each time. */
class Model {
  state: 'closed' | 'open' | 'half-open' | 'isolated' = 'closed';
  epoch = 0;
  openUntil = 0;
  openings = 0;
  records: { at: number; failed: boolean; slow: boolean }[] = [];
  trials = new Map<number, number>();
  passed = 0;
  failed = 0;
  readonly config: CircuitConfig;

  constructor(config: CircuitConfig) {
    this.config = config;
  }

  change(to: Model['state']): void {
    this.state = to;
    this.epoch += 1;
    this.records = [];
    this.trials.clear();
    this.passed = 0;
    this.failed = 0;
  }

  open(now: number): void {
    const { halfOpenAfterMs, maxHalfOpenAfterMs } = this.config;
    this.openUntil = now + Math.min(maxHalfOpenAfterMs, halfOpenAfterMs * 2 ** this.openings);
    this.openings += 1;
    this.change('open');
  }

  acquire(id: number, now: number): number | undefined {
    if (this.state === 'closed') return this.epoch;
    if (this.state === 'isolated' || (this.state === 'open' && now < this.openUntil)) return undefined;
    if (this.state === 'open') this.change('half-open');
    for (const [trial, freeAt] of this.trials) if (freeAt <= now) this.trials.delete(trial);
    if (this.trials.size + this.passed + this.failed >= this.config.halfOpenTrials) return undefined;
    this.trials.set(id, now + this.config.halfOpenAfterMs);
    return this.epoch;
  }

  settle(id: number, epoch: number, now: number, failed: boolean, durationMs: number): void {
    if (epoch !== this.epoch) return;
    const { slowCallMs, halfOpenTrials, halfOpenFailureRate } = this.config;
    const slow = slowCallMs !== undefined && durationMs >= slowCallMs;
    if (this.state === 'half-open') {
      this.trials.delete(id);
      if (failed || slow) this.failed += 1;
      else this.passed += 1;
      if (this.failed > halfOpenTrials * halfOpenFailureRate + 1e-9) this.open(now);
      else if (this.passed + this.failed >= halfOpenTrials) {
        this.openings = 0;
        this.change('closed');
      }
      return;
    }
    this.records.push({ at: now, failed, slow });
    if (this.shouldOpen(now, failed, slow)) this.open(now);
  }

  private shouldOpen(now: number, failed: boolean, slow: boolean): boolean {
    const {
      consecutiveFailures,
      windowCalls,
      windowMs,
      minimumCalls,
      failureRate,
      slowCallMs,
      slowCallRate,
    } = this.config;
    if (consecutiveFailures !== undefined) {
      const last = this.records.slice(-consecutiveFailures);
      return failed && last.length === consecutiveFailures && last.every((record) => record.failed);
    }
    if (!failed && !slow) return false;
    // The window moves in steps of a tenth of its length.
    const bucket = (time: number) => Math.floor(time / (windowMs / 10));
    const inWindow =
      windowCalls === undefined
        ? this.records.filter(({ at }) => bucket(at) > bucket(now) - 10)
        : this.records.slice(-windowCalls);
    if (inWindow.length < minimumCalls) return false;
    const share = (what: 'failed' | 'slow') =>
      inWindow.filter((record) => record[what]).length / inWindow.length;
    return share('failed') >= failureRate || (slowCallMs !== undefined && share('slow') >= slowCallRate);
  }
}

const configs = fc.oneof(
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
  growth: fc.constantFrom(1, 4),
  halfOpenTrials: fc.integer({ min: 1, max: 3 }),
  halfOpenFailureRate: fc.constantFrom(0, 0.5),
});
const step = fc.oneof(
  { weight: 5, arbitrary: fc.record({ do: fc.constant('begin' as const) }) },
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constantFrom('succeed' as const, 'fail' as const, 'fail' as const),
      which: fc.nat(5),
      ms: fc.constantFrom(0, 10, 50),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('neutral' as const), which: fc.nat(5) }) },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('wait' as const),
      ms: fc.constantFrom(1, 9, 50, 100, 300, 1_000),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('isolate' as const) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('reset' as const) }) },
);

describe('the circuit', () => {
  it('does what its plainest form does, in 10,000 random histories', () => {
    const reached = new Set<string>();
    fc.assert(
      fc.property(configs, shapes, fc.array(step, { maxLength: 40 }), (options, shape, steps) => {
        const { growth, ...rest } = shape;
        const config = resolveCircuit({
          ...options,
          ...rest,
          maxHalfOpenAfterMs: shape.halfOpenAfterMs * growth,
        });
        const transitions: string[] = [];
        const circuit = new Circuit(config, ({ from, to }) => transitions.push(`${from}>${to}`));
        const model = new Model(config);
        const running: { id: number; ticket: CircuitTicket; epoch: number }[] = [];
        let now = 0;
        for (const [id, action] of steps.entries()) {
          if (action.do === 'wait') now += action.ms;
          else if (action.do === 'isolate') {
            circuit.isolate();
            if (model.state !== 'isolated') model.change('isolated');
          } else if (action.do === 'reset') {
            circuit.reset();
            model.openings = 0;
            if (model.state === 'closed') model.records = [];
            else model.change('closed');
          } else if (action.do === 'begin') {
            const refusedFor = circuit.refusedForMs(now);
            const ticket = circuit.acquire(now);
            const epoch = model.acquire(id, now);
            assert.equal(ticket !== undefined, epoch !== undefined);
            assert.equal(refusedFor > 0, ticket === undefined);
            if (ticket && epoch !== undefined) running.push({ id, ticket, epoch });
          } else {
            const [call] = running.splice(action.which % Math.max(1, running.length), 1);
            if (!call) continue;
            if (action.do === 'neutral') {
              circuit.neutral(call.ticket);
              model.trials.delete(call.id);
            } else {
              if (action.do === 'fail') circuit.failure(call.ticket, now, action.ms, new Error('down'));
              else circuit.success(call.ticket, now, action.ms);
              model.settle(call.id, call.epoch, now, action.do === 'fail', action.ms);
            }
          }
          assert.equal(circuit.state, model.state);
          if (model.state === 'open')
            assert.equal(circuit.snapshot(now).halfOpenAfterMs, Math.max(0, model.openUntil - now));
        }
        for (const transition of transitions) reached.add(transition);
      }),
      { numRuns: 10_000, seed: 20261123 },
    );
    expect([...reached].toSorted()).toEqual(
      expect.arrayContaining([
        'closed>open',
        'open>half-open',
        'half-open>open',
        'half-open>closed',
        'isolated>closed',
      ]),
    );
  });
});

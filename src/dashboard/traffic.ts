import { SecondCounts } from '../observability/second-counts.js';
import type { CallOutcome, FailureFamily, Load, TrafficState } from './dashboard-state.js';

/** How far back the page looks. */
export const windowMs = 300_000;
const stepMs = 2_000;
/** The shortest period shown, for a program that has just started. */
const leastMs = 60_000;

const outcomes = ['succeeded', 'failed', 'aborted'] as const;
const families = ['limited', 'silent', 'broken', 'refused', 'local', 'unknown'] as const;

/** Counts of the last minutes, in constant memory. */
export class Traffic {
  readonly #since: number;
  readonly #calls = countsOf<CallOutcome>(outcomes);
  readonly #failures = countsOf<FailureFamily>(families);
  readonly #loads: { readonly at: number; readonly load: Load }[] = [];

  constructor(since: number) {
    this.#since = since;
  }

  call(outcome: CallOutcome, now: number): void {
    this.#calls[outcome].add(now);
  }

  failure(family: FailureFamily, now: number): void {
    this.#failures[family].add(now);
  }

  /** How much is going on now; asked once a second. */
  sample(load: Load, now: number): void {
    this.#loads.push({ at: now, load });
    if (this.#loads.length > windowMs / 1_000) this.#loads.shift();
  }

  state(now: number): TrafficState {
    const until = Math.floor(now / stepMs) * stepMs + stepMs;
    const begunAt = Math.floor(Math.min(this.#since, until - leastMs) / stepMs) * stepMs;
    const from = Math.max(begunAt, until - windowMs);
    const steps = (until - from) / stepMs;
    const load = Array.from({ length: steps }, () => ({ running: 0, waiting: 0 }));
    for (const sample of this.#loads) {
      const bin = load[Math.floor((sample.at - from) / stepMs)];
      if (!bin) continue;
      bin.running = Math.max(bin.running, sample.load.running);
      bin.waiting = Math.max(bin.waiting, sample.load.waiting);
    }
    return {
      from,
      stepMs,
      calls: binned(this.#calls, outcomes, from, steps),
      failures: binned(this.#failures, families, from, steps),
      load,
    };
  }
}

function countsOf<Name extends string>(names: readonly Name[]): Record<Name, SecondCounts> {
  return Object.fromEntries(names.map((name) => [name, new SecondCounts()])) as Record<Name, SecondCounts>;
}

function binned<Name extends string>(
  counts: Readonly<Record<Name, SecondCounts>>,
  names: readonly Name[],
  from: number,
  steps: number,
): Record<Name, number>[] {
  const empty = Object.fromEntries(names.map((name) => [name, 0])) as Record<Name, number>;
  const bins = Array.from({ length: steps }, () => ({ ...empty }));
  for (const name of names) {
    for (const [second, count] of counts[name].entries()) {
      const bin = bins[Math.floor((second * 1_000 - from) / stepMs)];
      if (bin) bin[name] += count;
    }
  }
  return bins;
}

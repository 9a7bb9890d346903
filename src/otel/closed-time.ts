import type { Clock } from '../context/clock.js';
import { monotonicClock } from '../policies/time/monotonic-clock.js';

interface Gate {
  readonly clock: Clock;
  totalMs: number;
  until: number;
}

/** For how long cool-downs kept calls away in all, for each policy: times that overlap count once. */
export class ClosedTime {
  readonly #gates: Map<string, Gate> = new Map();

  /** A policy that is in use, and the clock that it goes by. */
  add(policy: string, clock: Clock): Gate {
    const gate = this.#gates.get(policy) ?? { clock, totalMs: 0, until: clock.now() };
    this.#gates.set(policy, gate);
    return gate;
  }

  entered(policy: string, delayMs: number): void {
    const gate = this.add(policy, monotonicClock);
    const now = gate.clock.now();
    const until = Math.max(gate.until, now + delayMs);
    gate.totalMs += until - Math.max(gate.until, now);
    gate.until = until;
  }

  /** It opened, perhaps before its time. */
  left(policy: string): void {
    const gate = this.#gates.get(policy);
    const leftMs = gate ? gate.until - gate.clock.now() : 0;
    if (!gate || leftMs <= 0) return;
    gate.totalMs -= leftMs;
    gate.until -= leftMs;
  }

  /** What has passed of it so far, in seconds. */
  *totals(): Iterable<readonly [policy: string, seconds: number]> {
    for (const [policy, { clock, totalMs, until }] of this.#gates)
      yield [policy, (totalMs - Math.max(0, until - clock.now())) / 1_000];
  }
}

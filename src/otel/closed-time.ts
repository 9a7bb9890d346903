import type { Clock } from '../context/clock.js';
import { eventOrigin } from '../observability/event-channel.js';
import { monotonicClock } from '../policies/time/monotonic-clock.js';

interface Gate {
  readonly clock: Clock;
  totalMs: number;
  until: number;
  /** Until when each cool-down keeps calls away: policies of one name may have several. */
  readonly ends: Map<string, number>;
}

/** For how long cool-downs kept calls away in all, for each policy: times that overlap count once. */
export class ClosedTime {
  readonly #gates: Map<string, Gate> = new Map();
  readonly #registries: WeakMap<object, number> = new WeakMap();
  #lastRegistry = 0;

  /** A policy that is in use, and the clock that it goes by. */
  add(policy: string, clock: Clock): Gate {
    const gate = this.#gates.get(policy) ?? { clock, totalMs: 0, until: clock.now(), ends: new Map() };
    this.#gates.set(policy, gate);
    return gate;
  }

  /** Called while the event is delivered, as {@link ClosedTime.left} is. */
  entered(policy: string, scope: string, delayMs: number): void {
    const gate = this.add(policy, monotonicClock);
    gate.ends.set(this.#coolDown(scope), gate.clock.now() + delayMs);
    reckon(gate);
  }

  /** It opened, perhaps before its time. */
  left(policy: string, scope: string): void {
    const gate = this.#gates.get(policy);
    if (gate?.ends.delete(this.#coolDown(scope))) reckon(gate);
  }

  /** What has passed of it so far, in seconds. */
  *totals(): Iterable<readonly [policy: string, seconds: number]> {
    for (const [policy, { clock, totalMs, until }] of this.#gates)
      yield [policy, (totalMs - Math.max(0, until - clock.now())) / 1_000];
  }

  /** Registries share no scopes: two clients have scopes of the same names. */
  #coolDown(scope: string): string {
    const registry = eventOrigin();
    if (!registry) return `0 ${scope}`;
    const known = this.#registries.get(registry) ?? (this.#lastRegistry += 1);
    this.#registries.set(registry, known);
    return `${known} ${scope}`;
  }
}

/** Closed until the last of its cool-downs ends. */
function reckon(gate: Gate): void {
  const now = gate.clock.now();
  let until = now;
  for (const [coolDown, end] of gate.ends) {
    if (end <= now) gate.ends.delete(coolDown);
    else until = Math.max(until, end);
  }
  gate.totalMs += until - Math.max(gate.until, now);
  gate.until = until;
}

import type { Clock } from '../core/time/clock.js';
import { eventOrigin } from '../observability/event-channel.js';
import { monotonicClock } from '../core/time/monotonic-clock.js';

interface PolicyTime {
  readonly clock: Clock;
  totalMs: number;
  until: number;
  /** Until when each cool-down stops calls: policies with the same name may have several. */
  readonly ends: Map<string, number>;
}

/** How long cool-downs have stopped calls in total, per policy: times that overlap count once. */
export class CoolDownTime {
  readonly #policies: Map<string, PolicyTime> = new Map();
  readonly #registries: WeakMap<object, number> = new WeakMap();
  #lastRegistry = 0;

  /** Adds a policy in use, with its clock. */
  add(policy: string, clock: Clock): PolicyTime {
    const time = this.#policies.get(policy) ?? { clock, totalMs: 0, until: clock.now(), ends: new Map() };
    this.#policies.set(policy, time);
    return time;
  }

  /** Called while the event is delivered, like {@link CoolDownTime.left}. */
  entered(policy: string, scope: string, delayMs: number): void {
    const time = this.add(policy, monotonicClock);
    time.ends.set(this.#coolDown(scope), time.clock.now() + delayMs);
    reckon(time);
  }

  /** Called when it is over, perhaps early. */
  left(policy: string, scope: string): void {
    const time = this.#policies.get(policy);
    if (time?.ends.delete(this.#coolDown(scope))) reckon(time);
  }

  /** How much of it has passed so far, in seconds. */
  *totals(): Iterable<readonly [policy: string, seconds: number]> {
    for (const [policy, { clock, totalMs, until }] of this.#policies)
      yield [policy, (totalMs - Math.max(0, until - clock.now())) / 1_000];
  }

  /** Registries share no scopes: two clients may have scopes with the same names. */
  #coolDown(scope: string): string {
    const registry = eventOrigin();
    if (!registry) return `0 ${scope}`;
    const known = this.#registries.get(registry) ?? (this.#lastRegistry += 1);
    this.#registries.set(registry, known);
    return `${known} ${scope}`;
  }
}

/** Continues until the last of its cool-downs ends. */
function reckon(time: PolicyTime): void {
  const now = time.clock.now();
  let until = now;
  for (const [coolDown, end] of time.ends) {
    if (end <= now) time.ends.delete(coolDown);
    else until = Math.max(until, end);
  }
  time.totalMs += until - Math.max(time.until, now);
  time.until = until;
}

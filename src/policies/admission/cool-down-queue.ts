import type { RefusedPolicies } from './refused-policies.js';
import { type Waiter, WaitQueue } from './wait-queue.js';

/** The calls that wait for the end of a cool-down, with the choice of the one that goes as the probe. */
export class CoolDownQueue extends WaitQueue {
  readonly #refused: RefusedPolicies;
  readonly #byPolicy: Map<unknown, Set<Waiter>> = new Map();

  constructor(refused: RefusedPolicies) {
    super();
    this.#refused = refused;
  }

  override add(waiter: Waiter, now: number): void {
    super.add(waiter, now);
    const waiters = this.#byPolicy.get(waiter.coolDown);
    if (waiters) waiters.add(waiter);
    else this.#byPolicy.set(waiter.coolDown, new Set([waiter]));
  }

  override remove(waiter: Waiter): boolean {
    if (!super.remove(waiter)) return false;
    const waiters = this.#byPolicy.get(waiter.coolDown);
    if (waiters?.delete(waiter) && waiters.size === 0) this.#byPolicy.delete(waiter.coolDown);
    return true;
  }

  /** Whether a call waits whose answer would show something: not only those of policies that currently are refused. */
  get hasProbe(): boolean {
    if (!this.#refused.isWatching) return this.size > 0;
    return [...this.#byPolicy.keys()].some((policy) => !this.#refused.has(policy));
  }

  /** The next probe: a call of a policy that is not refused, because the refusals may concern the others alone. */
  nextProbe(now: number, stuck: ReadonlySet<Waiter>): Waiter | undefined {
    return (this.#refused.isWatching && this.#other(stuck)) || this.next(now, () => true);
  }

  /** The most urgent of the first calls of the policies that are not refused. */
  #other(stuck: ReadonlySet<Waiter>): Waiter | undefined {
    let best: Waiter | undefined;
    for (const [policy, [first]] of this.#byPolicy) {
      if (!first || stuck.has(first) || this.#refused.has(policy)) continue;
      if (!best || first.priority < best.priority) best = first;
    }
    return best;
  }
}

import { WeakList } from '../core/weak-list.js';
import { accompany } from '../observability/companions.js';
import type { PolicySnapshot, ResiliencePolicy } from './resilience-policy.js';

/** The part of a policy that observers use. */
export type ObservedPolicy = Pick<ResiliencePolicy, 'name' | 'clock' | 'snapshot'>;

/** The policies that have been called since this object was created, held weakly, until `stop()`. */
export class PoliciesInUse {
  readonly stop: () => void;
  readonly #policies: WeakList<ObservedPolicy> = new WeakList();
  readonly #seen: WeakSet<object> = new WeakSet();

  /** `appeared` is called for each policy at its first call. */
  constructor(appeared: (policy: ObservedPolicy) => void = () => undefined) {
    this.stop = accompany({
      begins: (_callId, policy) => {
        if (this.#seen.has(policy)) return;
        this.#seen.add(policy);
        this.#policies.add(policy as ObservedPolicy);
        appeared(policy as ObservedPolicy);
      },
    });
  }

  /** The current snapshots of all policies, grouped by the name that `nameOf` returns. */
  snapshots(nameOf: (policy: string) => string): Map<string, PolicySnapshot[]> {
    const found = new Map<string, PolicySnapshot[]>();
    for (const policy of this.#policies) {
      const name = nameOf(policy.name);
      const known = found.get(name);
      if (known) known.push(policy.snapshot());
      else found.set(name, [policy.snapshot()]);
    }
    return found;
  }
}

type Reading = (snapshot: PolicySnapshot) => number | undefined;

/** Sums a value over policies of the same name, for state that each has for itself. */
export function totalOf(snapshots: readonly PolicySnapshot[]): (read: Reading) => number | undefined {
  return (read) => fold(snapshots, read, (sum, value) => sum + value);
}

/** Takes the largest value over policies of the same name, for state that they usually share. */
export function mostOf(snapshots: readonly PolicySnapshot[]): (read: Reading) => number | undefined {
  return (read) => fold(snapshots, read, Math.max);
}

function fold(
  snapshots: readonly PolicySnapshot[],
  read: Reading,
  join: (one: number, other: number) => number,
): number | undefined {
  const values = snapshots.map(read).filter((value) => value !== undefined);
  return values.length === 0 ? undefined : values.reduce((one, other) => join(one, other));
}

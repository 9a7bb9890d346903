import type { RateLimitRefusal } from './refusal-memory.js';

/** A policy that may be refused alone. */
interface RefusedPolicy {
  /** From now on one call of it goes ahead of its others. */
  probeAlone(now: number): void;
}

/** The refusals of one policy, none of whose calls was answered since. */
interface Refused {
  readonly policy: RefusedPolicy;
  /** When the last refused request was sent, and when its answer came. */
  startedAt: number;
  refusedAt: number;
  /** When it no longer matters. */
  until: number;
  /** Whether a call of another policy, sent after the last refusal, was answered. */
  isContradicted: boolean;
  /** Whether its answer told a time: what is known about such answers says nothing about others. */
  isTold: boolean;
  /** Whether it came although other policies had been answered since the one before. */
  isAlone: boolean;
}

// How long after its wait a refusal matters.
const rememberedMs = 60_000;

/**
 * The policies of a scope that were refused and have not been answered since. If one is refused again although others
 * were answered meanwhile, that concerns it alone: a ban of the address would answer nobody.
 */
export class RefusedPolicies {
  readonly #policies: Map<unknown, Refused> = new Map();

  /** Whether there are any, so that answers matter. */
  get isWatching(): boolean {
    return this.#policies.size > 0;
  }

  has(policy: unknown): boolean {
    return this.#policies.has(policy);
  }

  /**
   * Notes a refusal; returns whether it concerns this policy alone. `isKnown`: whether that was so lately, which is
   * enough unless others are refused as well.
   */
  concernsOnly(policy: RefusedPolicy, isKnown: boolean, refusal: RateLimitRefusal, now: number): boolean {
    const { forMs, isTold, startedAt } = refusal;
    const last = this.#policies.get(policy);
    // A request that was under way when the last refusal came says nothing new.
    const late = last && startedAt < last.refusedAt ? last : undefined;
    const isAlone = late?.isAlone ?? (last?.isTold === isTold && last.isContradicted);
    this.#policies.set(policy, {
      policy,
      startedAt,
      refusedAt: late?.refusedAt ?? now,
      until: now + forMs + rememberedMs,
      isContradicted: late?.isContradicted ?? false,
      isTold: late?.isTold ?? isTold,
      isAlone,
    });
    for (const other of this.#policies.values())
      if (other.policy !== policy && !other.isContradicted && now < other.until) return false;
    return isKnown || isAlone;
  }

  /** Notes that a call was answered. If that contradicts the refusals of a policy, one call of it goes ahead. */
  answered(policy: object, startedAt: number, now: number): void {
    for (const refused of this.#policies.values()) {
      const isOwn = refused.policy === policy;
      if ((isOwn && startedAt > refused.startedAt) || now >= refused.until)
        this.#policies.delete(refused.policy);
      else if (!isOwn && !refused.isContradicted && startedAt >= refused.refusedAt) {
        refused.isContradicted = true;
        refused.policy.probeAlone(now);
      }
    }
  }
}

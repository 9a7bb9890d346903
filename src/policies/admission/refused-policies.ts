import type { RateLimitRefusal } from './refusal-memory.js';

/** The refusals of one policy, none of whose calls was answered since. */
interface Refused {
  /** When the last refused request was sent, and when its answer came. */
  startedAt: number;
  refusedAt: number;
  /** When it no longer matters. */
  until: number;
  /** Whether a call of another policy, sent after the last refusal, was answered. */
  isContradicted: boolean;
  /** Whether its answer told a time: what is known about such answers says nothing about others. */
  isTold: boolean;
  /** How many such refusals in a row came although others had been answered since the one before. */
  alone: number;
}

// How long after its wait a refusal matters.
const rememberedMs = 60_000;
/**
 * How many refusals in a row must come although others were answered. A time that is told is most likely that of a ban,
 * and a soft refusal may be stray and costs little, so these need more.
 */
const aloneAfter = ({ isTold, soft }: RateLimitRefusal): number => (isTold || soft ? 2 : 1);

/**
 * The policies of a scope that were refused and have not been answered since. If others are answered again and again
 * meanwhile, the refusals concern that policy alone: a ban of the address would answer nobody.
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
  concernsOnly(policy: object, isKnown: boolean, refusal: RateLimitRefusal, now: number): boolean {
    const { forMs, isTold, startedAt } = refusal;
    const last = this.#policies.get(policy);
    // A request that was under way when the last refusal came says nothing new.
    const isLate = last !== undefined && startedAt < last.refusedAt;
    const isAgain = last?.isTold === isTold && last.isContradicted;
    const alone = isLate ? last.alone : isAgain ? last.alone + 1 : 0;
    const isContradicted = isLate && last.isContradicted;
    this.#policies.set(policy, {
      startedAt,
      refusedAt: isLate ? last.refusedAt : now,
      until: now + forMs + rememberedMs,
      isContradicted,
      isTold: isLate ? last.isTold : isTold,
      alone,
    });
    for (const [other, { isContradicted: isOver, until }] of this.#policies)
      if (other !== policy && !isOver && now < until) return false;
    return isKnown || alone >= aloneAfter(refusal);
  }

  /** Notes that a call was answered. */
  answered(policy: object, startedAt: number, now: number): void {
    for (const [refused, state] of this.#policies) {
      const isOwn = refused === policy && startedAt > state.startedAt;
      if (isOwn || now >= state.until) this.#policies.delete(refused);
      else if (refused !== policy && startedAt >= state.refusedAt) state.isContradicted = true;
    }
  }
}

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
  /** How many there were in a row, and of what kind the last one was. */
  times: number;
  kind: RefusalKind;
  /** How many refusals of the kind in a row came although others had been answered since the one before. */
  alone: number;
}

// How long after its wait a refusal matters.
const rememberedMs = 60_000;
/**
 * How many refusals in a row must come although others were answered, by kind. A soft one may be stray and costs little;
 * a time that was told is most likely that of a ban.
 */
const aloneAfter = { soft: 2, told: 2, untold: 1 } as const;

/** After so many refusals in a row even a costlier call is the better probe. */
const hopelessAfter = 3;

/** The kind of a refusal: what is known about one kind says nothing about the others. */
export type RefusalKind = keyof typeof aloneAfter;

export function kindOf({ isTold, soft }: RateLimitRefusal): RefusalKind {
  if (soft) return 'soft';
  return isTold ? 'told' : 'untold';
}

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

  /** Whether its calls are refused again and again, so that one more would show nothing. */
  isHopeless(policy: unknown): boolean {
    return (this.#policies.get(policy)?.times ?? 0) >= hopelessAfter;
  }

  /**
   * Notes a refusal; returns whether it concerns this policy alone. `isKnown`: whether that was so lately, which is
   * enough unless others are refused as well.
   */
  concernsOnly(policy: object, isKnown: boolean, refusal: RateLimitRefusal, now: number): boolean {
    const { forMs, startedAt } = refusal;
    const kind = kindOf(refusal);
    const last = this.#policies.get(policy);
    // A request that was under way when the last refusal came says nothing new.
    const isLate = last !== undefined && startedAt < last.refusedAt;
    const isAgain = last?.kind === kind && last.isContradicted;
    const alone = isLate ? last.alone : isAgain ? last.alone + 1 : 0;
    const isContradicted = isLate && last.isContradicted;
    this.#policies.set(policy, {
      startedAt,
      refusedAt: isLate ? last.refusedAt : now,
      until: now + forMs + rememberedMs,
      isContradicted,
      times: (last?.times ?? 0) + (isLate ? 0 : 1),
      kind: isLate ? last.kind : kind,
      alone,
    });
    for (const [other, { isContradicted: isOver, until }] of this.#policies)
      if (other !== policy && !isOver && now < until) return false;
    return isKnown || alone >= aloneAfter[kind];
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

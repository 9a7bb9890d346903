/** A limit per window; windows start at multiples of their length. */
export interface WindowLimit {
  readonly limit: number;
  readonly windowMs: number;
}

/** What the exchange allows before it answers 429. */
export interface ExchangeLimits {
  /** The weight of all requests from one address on one market; all windows apply. `false`: no limit. */
  readonly weight: readonly WindowLimit[] | false;
  /** The orders of the account on one market; all windows apply. `false`: no limit. */
  readonly orders: readonly WindowLimit[] | false;
  /** How long, in milliseconds, an address or an account that places orders is refused after it exceeds a limit. */
  readonly banMs: number;
  /** Whether exchangeInfo shows exactly these limits, or minutes instead of seconds and no order limits. */
  readonly published: 'exact' | 'misleading';
}

/** The verdict on one request: whether it may pass, and the headers. */
export interface LimitVerdict {
  readonly allowed: boolean;
  readonly headers: Readonly<Record<string, string>>;
}

const units = [
  ['D', 86_400_000, 'DAY'],
  ['H', 3_600_000, 'HOUR'],
  ['M', 60_000, 'MINUTE'],
  ['S', 1_000, 'SECOND'],
] as const;

function unitOf(windowMs: number): { letter: string; interval: string; count: number } {
  const [letter, unitMs, interval] = units.find(([, ms]) => windowMs % ms === 0) ?? units[3];
  return { letter, interval, count: Math.max(1, Math.ceil(windowMs / unitMs)) };
}

function inForce(rules: readonly WindowLimit[] | false, limit: number | undefined): readonly WindowLimit[] {
  if (!rules) return [];
  return rules.map((rule, index) => (index === 0 && limit !== undefined ? { ...rule, limit } : rule));
}

class WindowCounter {
  #windowStartMs = 0;
  used = 0;

  add(cost: number, nowMs: number, windowMs: number): number {
    const startMs = nowMs - (nowMs % windowMs);
    if (startMs !== this.#windowStartMs) {
      this.#windowStartMs = startMs;
      this.used = 0;
    }
    this.used += cost;
    return this.used;
  }
}

/** Counts weight per address and orders per account, and bans those that exceed a limit. */
export class RateLimits {
  readonly limits: ExchangeLimits;
  readonly #counters = new Map<string, WindowCounter>();
  readonly #bannedUntilMs = new Map<string, number>();
  readonly #restartMs = new Map<string, number>();

  constructor(limits: ExchangeLimits) {
    this.limits = limits;
  }

  /** Counts the weight of a request. `limit` replaces that of the first window. */
  takeWeight(scope: string, weight: number, nowMs: number, limit?: number): LimitVerdict {
    const rules = inForce(this.limits.weight, limit);
    return this.#take(scope, rules, weight, nowMs, ['X-USED-WEIGHT', 'X-REMAINING-WEIGHT']);
  }

  /** Counts orders that are about to be placed. `limit` replaces that of the first window. */
  takeOrders(scope: string, orders: number, nowMs: number, limit?: number): LimitVerdict {
    const rules = inForce(this.limits.orders, limit);
    return this.#take(scope, rules, orders, nowMs, ['X-ORDER-COUNT', 'X-ORDER-REMAINING']);
  }

  /** Refuses a scope for a while, whatever its usage; with `restartMs`, each request restarts the ban for that long. */
  ban(scope: string, untilMs: number, restartMs?: number): void {
    this.#bannedUntilMs.set(scope, untilMs);
    if (restartMs === undefined) this.#restartMs.delete(scope);
    else this.#restartMs.set(scope, restartMs);
  }

  /** Returns the limits in the format of exchangeInfo. */
  describe(): readonly object[] {
    const { weight, orders, published } = this.limits;
    const isMisleading = published === 'misleading';
    const row = (rateLimitType: string, { limit, windowMs }: WindowLimit) => {
      const { interval, count } = unitOf(windowMs);
      const shown = isMisleading && interval === 'SECOND' ? 'MINUTE' : interval;
      return { rateLimitType, interval: shown, intervalNum: count, limit };
    };
    return [
      ...(weight || []).map((rule) => row('REQUEST_WEIGHT', rule)),
      ...(isMisleading ? [] : orders || []).map((rule) => row('ORDERS', rule)),
    ];
  }

  #isBanned(scope: string, nowMs: number): boolean {
    const isBanned = nowMs < (this.#bannedUntilMs.get(scope) ?? Number.NEGATIVE_INFINITY);
    const restartMs = this.#restartMs.get(scope);
    if (isBanned && restartMs !== undefined) this.#bannedUntilMs.set(scope, nowMs + restartMs);
    return isBanned;
  }

  #take(
    scope: string,
    rules: readonly WindowLimit[],
    cost: number,
    nowMs: number,
    [usedName, leftName]: readonly [string, string],
  ): LimitVerdict {
    if (this.#isBanned(scope, nowMs)) return { allowed: false, headers: {} };
    const headers: Record<string, string> = {};
    let allowed = true;
    for (const rule of rules) {
      const used = this.#counter(`${scope} ${rule.windowMs}`).add(cost, nowMs, rule.windowMs);
      const { letter, count } = unitOf(rule.windowMs);
      // For a request without cost the headers show 0, as the exchange documents for placing orders.
      headers[`${usedName}-${count}${letter}`] = String(cost === 0 ? 0 : used);
      headers[`${leftName}-${count}${letter}`] = String(Math.max(0, rule.limit - used));
      if (cost > 0 && used > rule.limit) allowed = false;
    }
    if (!allowed) this.ban(scope, nowMs + this.limits.banMs);
    return { allowed, headers };
  }

  #counter(key: string): WindowCounter {
    let counter = this.#counters.get(key);
    if (!counter) this.#counters.set(key, (counter = new WindowCounter()));
    return counter;
  }
}

import { isDeepStrictEqual } from 'node:util';
import type { Clock } from '../context/clock.js';
import type { Coordinator } from './coordinator.js';
import { CoolDown } from './cool-down.js';
import type { RetryBudgetOptions } from './policy-options.js';
import type { RateLimitConfig } from './rate-limit-config.js';
import { RateLimiter } from './rate-limiter.js';
import { RetryBudget } from './retry-budget.js';

/** The scope of gates and budgets where none is named. */
export const defaultScope = 'default';

class Scope {
  gate: CoolDown | undefined;
  limiter: RateLimiter | undefined;
  // By their figures: policies that disagree on them cannot share one.
  readonly budgets: Map<string, RetryBudget> = new Map();
}

/**
 * What policies share by name: gates, allowances and retry budgets. Policies on different clocks share nothing, so
 * that tests with clocks of their own do not disturb each other.
 */
export class Scopes {
  readonly #byClock: WeakMap<Clock, Map<string, Scope>> = new WeakMap();
  readonly #origin: object | undefined;

  constructor(origin?: object) {
    this.#origin = origin;
  }

  /** @throws RangeError when policies of the scope disagree on what it is within. */
  gate(name: string, clock: Clock, within?: string, coordinator?: Coordinator): CoolDown {
    const scope = this.#scope(name, clock);
    const outer = within === undefined ? undefined : this.gate(within, clock, undefined, coordinator);
    const existing = scope.gate;
    scope.gate ??= new CoolDown(name, clock, this.#origin, outer, coordinator);
    if (existing && outer && existing.outer !== outer) {
      throw new RangeError(
        `Cannot share the cool-down of scope '${name}': it is not within '${within}' there, received coolDown.within '${within}'`,
      );
    }
    return scope.gate;
  }

  /** @throws RangeError when policies of the scope disagree on its allowance. */
  limiter(name: string, config: RateLimitConfig, clock: Clock, coordinator?: Coordinator): RateLimiter {
    const scope = this.#scope(name, clock);
    const existing = scope.limiter;
    scope.limiter ??= new RateLimiter(config, clock, name, coordinator);
    if (existing && existing.config.windowMs !== config.windowMs) {
      throw new RangeError(
        `Cannot share the rate limit of scope '${name}': rateLimit.windowMs is ${existing.config.windowMs} there, received ${config.windowMs}`,
      );
    }
    if (existing && existing.config.type !== config.type) {
      throw new RangeError(
        `Cannot share the rate limit of scope '${name}': rateLimit.type is '${existing.config.type}' there, received '${config.type}'`,
      );
    }
    // The last one who says how much the scope may take is right, as after a look at the exchange's own figures.
    const known = existing?.config;
    const merged = {
      ...config,
      reservedCritical: config.reservedCritical || (known?.reservedCritical ?? 0),
      adaptive: config.adaptive || known?.adaptive === true,
    };
    if (existing && !isDeepStrictEqual(known, merged)) {
      existing.configure(merged, clock.now());
    }
    return scope.limiter;
  }

  budget(name: string, options: RetryBudgetOptions, clock: Clock): RetryBudget {
    const { budgets } = this.#scope(name, clock);
    const budget = new RetryBudget(options);
    const figures = `${budget.ratio} ${budget.minPerSecond}`;
    const existing = budgets.get(figures);
    if (!existing) budgets.set(figures, budget);
    return existing ?? budget;
  }

  #scope(name: string, clock: Clock): Scope {
    const byName = this.#byClock.get(clock) ?? new Map<string, Scope>();
    this.#byClock.set(clock, byName);
    const scope = byName.get(name) ?? new Scope();
    byName.set(name, scope);
    return scope;
  }
}

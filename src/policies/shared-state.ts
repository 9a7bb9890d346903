import { isDeepStrictEqual } from 'node:util';
import type { Clock } from '../core/time/clock.js';
import { WeakList } from '../core/weak-list.js';
import type { Coordinator } from './options/coordinator.js';
import { CoolDown } from './admission/cool-down.js';
import type { RetryBudgetOptions } from './options/policy-options.js';
import type { RateLimitConfig } from './rate-limit/rate-limit-config.js';
import { RateLimiter } from './rate-limit/rate-limiter.js';
import { RetryBudget } from './retry/retry-budget.js';
import { ErrorRules } from './rules/error-rules.js';

/** The scope of cool-downs and budgets that are given none. */
export const defaultScope = 'default';

/** One policy's configuration of a rate limit that it shares. */
export interface LimitClaim {
  limiter: RateLimiter | undefined;
  config: RateLimitConfig | undefined;
}

class Scope {
  /** Those of policies that are still in use. */
  readonly claims: WeakList<LimitClaim> = new WeakList();
  coolDown: CoolDown | undefined;
  limiter: RateLimiter | undefined;
  // By their figures: policies with different figures cannot share a budget.
  readonly budgets: Map<string, RetryBudget> = new Map();
}

/**
 * What policies share by scope name: cool-downs, allowances and retry budgets. Policies on different clocks share
 * nothing, so that tests with their own clocks do not disturb each other; nor do those with different coordinators,
 * which represent different accounts.
 */
export class Scopes {
  readonly #byClock: WeakMap<Clock, WeakMap<object, Map<string, Scope>>> = new WeakMap();
  readonly #origin: object | undefined;

  constructor(origin?: object) {
    this.#origin = origin;
  }

  /** @throws RangeError if policies of the scope name different outer scopes in `within`. */
  coolDown(name: string, clock: Clock, within?: string, coordinator?: Coordinator): CoolDown {
    const scope = this.#scope(name, clock, coordinator);
    const outer = within === undefined ? undefined : this.coolDown(within, clock, undefined, coordinator);
    const existing = scope.coolDown;
    scope.coolDown ??= new CoolDown({ scope: name, clock, origin: this.#origin }, outer, coordinator);
    if (existing && outer && existing.outer !== outer) {
      throw new RangeError(
        `Cannot share the cool-down of scope '${name}': another policy has no such coolDown.within, received '${within}'`,
      );
    }
    return scope.coolDown;
  }

  /** @throws RangeError if policies of the scope have different windows. */
  limiter(
    name: string,
    config: RateLimitConfig,
    clock: Clock,
    claim: LimitClaim,
    coordinator?: Coordinator,
  ): RateLimiter {
    const scope = this.#scope(name, clock, coordinator);
    const limiter = (scope.limiter ??= new RateLimiter(config, clock, name, coordinator));
    // Repeating an unchanged configuration must not undo a later one of another policy.
    if (claim.limiter === limiter && isDeepStrictEqual(claim.config, config)) return limiter;
    const claims = [...scope.claims];
    const others = claims
      .filter((other) => other !== claim && other.limiter === limiter)
      .map((other) => other.config)
      .filter((other) => other !== undefined);
    // The window of an adaptive limit is that of the exchange: all policies follow the first that learned a new one.
    const follows = claim.limiter === limiter && config.adaptive;
    for (const other of others)
      checkSameWindow(name, follows ? { ...other, windowMs: config.windowMs } : other, config);
    if (!claims.includes(claim)) scope.claims.add(claim);
    claim.limiter = limiter;
    claim.config = config;
    // The latest configured limit applies, since it may come from the exchange's own figures.
    const merged = {
      ...config,
      reservedCritical:
        config.reservedCritical || Math.max(0, ...others.map(({ reservedCritical }) => reservedCritical)),
      adaptive: config.adaptive || others.some(({ adaptive }) => adaptive),
    };
    if (!isDeepStrictEqual(limiter.config, merged)) limiter.configure(merged, clock.now());
    return limiter;
  }

  budget(name: string, options: RetryBudgetOptions, clock: Clock): RetryBudget {
    const { budgets } = this.#scope(name, clock);
    const budget = new RetryBudget(options);
    const figures = `${budget.ratio} ${budget.minPerSecond}`;
    const existing = budgets.get(figures);
    if (!existing) budgets.set(figures, budget);
    return existing ?? budget;
  }

  #scope(name: string, clock: Clock, coordinator: object = this): Scope {
    const byCoordinator = this.#byClock.get(clock) ?? new WeakMap<object, Map<string, Scope>>();
    this.#byClock.set(clock, byCoordinator);
    const byName = byCoordinator.get(coordinator) ?? new Map<string, Scope>();
    byCoordinator.set(coordinator, byName);
    const scope = byName.get(name) ?? new Scope();
    byName.set(name, scope);
    return scope;
  }
}

function checkSameWindow(name: string, there: RateLimitConfig, received: RateLimitConfig): void {
  const share = `Cannot share the rate limit of scope '${name}'`;
  if (there.windowMs !== received.windowMs) {
    throw new RangeError(
      `${share}: rateLimit.windowMs is ${there.windowMs} there, received ${received.windowMs}`,
    );
  }
  if (there.type !== received.type) {
    throw new RangeError(`${share}: rateLimit.type is '${there.type}' there, received '${received.type}'`);
  }
}

/** What a policy shares with others: the state of its registry, or of the process. */
export interface SharedState {
  /** The registry; `undefined` for policies outside any. */
  readonly origin: object | undefined;
  readonly scopes: Scopes;
  readonly rules: ErrorRules;
  /** Whether policies without a scope share one retry budget. */
  readonly sharesBudget: boolean;
}

let ofProcess: SharedState | undefined;

/** What policies outside a registry share: scopes with the same name. */
export function processState(): SharedState {
  ofProcess ??= { origin: undefined, scopes: new Scopes(), rules: new ErrorRules(), sharesBudget: false };
  return ofProcess;
}

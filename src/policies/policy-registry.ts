import { WeakList } from '../core/weak-list.js';
import type { Clock } from '../core/time/clock.js';
import type { Coordinator } from './options/coordinator.js';
import { isPolicy } from './is-policy.js';
import { Pipeline } from './pipeline.js';
import type {
  ErrorRule,
  AnyPolicy,
  ErrorClass,
  KnownFallback,
  PolicyOptions,
  PolicyOptionsWithFallback,
} from './options/policy-options.js';
import type { ResiliencePolicy } from './resilience-policy.js';
import { ErrorRules } from './rules/error-rules.js';
import { type SharedState, Scopes } from './shared-state.js';
import { validateOptions, validateRegistry, validateRule } from './options/validate.js';

/** Defaults for all policies of a registry. */
export interface PolicyRegistryOptions {
  /** The clock. Default: the system clock. */
  readonly clock?: Clock | undefined;
  /** Shares the policies' rate limits and cool-downs across processes. Default: each process has its own. */
  readonly coordinator?: Coordinator | undefined;
  /** Returns a number from 0 up to, but not including, 1. Default `Math.random`. */
  readonly random?: (() => number) | undefined;
}

/**
 * Holds policies by name, rules by error class, and what these policies share: cool-downs, allowances and the retry
 * budget. Two registries share nothing.
 *
 * A rule applies to a class and its subclasses. For each field, the most specific class with a rule takes
 * precedence, and a policy's own option takes precedence over any rule. Rules apply to policies defined before and
 * after them.
 *
 * @example
 * ```ts
 * import { PolicyRegistry, WEEXRateLimitError, WEEXSystemError } from 'weex-resilience';
 *
 * const registry = new PolicyRegistry();
 * registry.define('orders', { deadlineMs: 5_000, retry: {}, coolDown: true });
 * registry.forError(WEEXRateLimitError, { retry: { maxRetries: 5 } });
 * registry.forError(WEEXSystemError, { retry: { maxRetries: 2, backoff: { initialDelayMs: 500 } } });
 * await registry.get('orders').execute(async () => 'done');
 * ```
 */
export class PolicyRegistry {
  readonly #policies: Map<string, Pipeline> = new Map();
  /** The policies that contributed their options to a name. */
  readonly #sources: Map<string, Pipeline> = new Map();
  readonly #unnamed: WeakList<Pipeline> = new WeakList();
  readonly #defaults: PolicyRegistryOptions;
  readonly #shared: SharedState = {
    origin: this,
    scopes: new Scopes(this),
    rules: new ErrorRules(),
    sharesBudget: true,
  };

  /** @throws TypeError if the clock or the random source is not one, and for options of a policy. */
  constructor(options: PolicyRegistryOptions = {}) {
    const { clock, coordinator, random } = validateRegistry(options);
    this.#defaults = {
      ...(clock && { clock }),
      ...(coordinator && { coordinator }),
      ...(random && { random }),
    };
  }

  /**
   * Defines a policy, from options or from a policy: one of this library contributes its options, a cockatiel
   * policy is used as it is. A name that is already defined gets the new options and fresh circuits, also for code
   * that already holds the policy. If a test replaces `execute` of the given policy, `get` returns that policy.
   *
   * @throws TypeError or RangeError that lists every fault of the options.
   */
  define<Fallback = never>(
    name: string,
    optionsOrPolicy: PolicyOptionsWithFallback<Fallback> | AnyPolicy,
  ): ResiliencePolicy<KnownFallback<Fallback>> {
    if (typeof name !== 'string' || name === '') {
      throw new TypeError(
        `Cannot define a policy: name must be a non-empty string, received ${String(name)}`,
      );
    }
    const given = validateOptions(optionsOf(optionsOrPolicy), `define policy '${name}'`);
    const options = { ...this.#withDefaults(given), name };
    const existing = this.#policies.get(name);
    existing?.redefine(options);
    const policy = existing ?? new Pipeline(options, this.#shared);
    this.#policies.set(name, policy);
    if (optionsOrPolicy instanceof Pipeline) this.#sources.set(name, optionsOrPolicy);
    else this.#sources.delete(name);
    return policy;
  }

  /**
   * Creates a new policy without a name in this registry, from options or a policy like `define`. It follows the
   * rules of the registry and shares what its policies share. Decorators with options use it.
   *
   * @throws TypeError or RangeError that lists every fault of the options.
   */
  create<Fallback = never>(
    optionsOrPolicy: PolicyOptionsWithFallback<Fallback> | AnyPolicy,
  ): ResiliencePolicy<KnownFallback<Fallback>> {
    const given = validateOptions(
      optionsOf(optionsOrPolicy),
      (read) => `create policy '${String(read?.name ?? 'policy')}'`,
    );
    const policy = new Pipeline(this.#withDefaults(given), this.#shared);
    this.#unnamed.add(policy);
    return policy;
  }

  /**
   * Returns the policy with this name.
   *
   * @throws RangeError that lists the known names.
   */
  get(name: string): ResiliencePolicy {
    const policy = (this.#sources.size > 0 && this.#stubOf(name)) || this.#policies.get(name);
    if (policy) return policy;
    const known = this.names().map((other) => `'${other}'`);
    throw new RangeError(
      `Cannot find policy '${String(name)}': ${known.length > 0 ? `known names are ${known.join(', ')}` : 'no policy is defined'}`,
    );
  }

  /** The coordinator that connects the policies with other processes, if any. */
  get coordinator(): Coordinator | undefined {
    return this.#defaults.coordinator;
  }

  has(name: string): boolean {
    return this.#policies.has(name);
  }

  names(): string[] {
    return [...this.#policies.keys()];
  }

  /** Every policy: named ones first, then unnamed ones (of decorators, for example) that are still in use. */
  policies(): ResiliencePolicy[] {
    return [...this.#policies.values(), ...this.#unnamed];
  }

  /**
   * Sets how every policy of this registry treats errors of a class and its subclasses, unless it has an option of
   * its own for them. A rule for system errors does not apply to the library's own refusals (an open circuit, a
   * full bulkhead); set a rule for their own classes.
   *
   * @throws TypeError if the class is not an error class or the rule is invalid.
   */
  forError(errorClass: ErrorClass, rule: ErrorRule): this {
    const isClass =
      typeof errorClass === 'function' &&
      ((errorClass as unknown) === Error || errorClass.prototype instanceof Error);
    if (!isClass) {
      throw new TypeError(
        `Cannot set a rule: the first argument must be a class that extends Error, received ${typeof errorClass}`,
      );
    }
    this.#shared.rules.set(errorClass, validateRule(rule, `set the rule for ${errorClass.name}`));
    for (const policy of [...this.#policies.values(), ...this.#unnamed]) policy.refresh();
    return this;
  }

  /** Checked on each lookup, because a test may replace `execute` at any time, and restore it. */
  #stubOf(name: string): Pipeline | undefined {
    const source = this.#sources.get(name);
    return source?.execute === Pipeline.prototype.execute ? undefined : source;
  }

  #withDefaults(options: PolicyOptions): PolicyOptions {
    const { coordinator = this.#defaults.coordinator } = options;
    const { clock = this.#defaults.clock, random = this.#defaults.random } = options;
    return {
      ...options,
      ...(coordinator && { coordinator }),
      ...(clock && { clock }),
      ...(random && { random }),
    };
  }
}

function optionsOf(optionsOrPolicy: PolicyOptions | AnyPolicy): PolicyOptions {
  if (optionsOrPolicy instanceof Pipeline) return optionsOrPolicy.options;
  return isPolicy(optionsOrPolicy) ? { inner: optionsOrPolicy } : (optionsOrPolicy as PolicyOptions);
}

/** The registry of decorators that use no other. */
export const defaultRegistry: PolicyRegistry = new PolicyRegistry();

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

/** What all policies of a registry have in common, unless they say otherwise. */
export interface PolicyRegistryOptions {
  /** Where the time comes from. Default: the clock of the machine. */
  readonly clock?: Clock | undefined;
  /** Makes the rate limits and cool-downs of its policies hold across processes. Default: each process is alone. */
  readonly coordinator?: Coordinator | undefined;
  /** A number from 0 up to 1, as `Math.random`, which is the default. */
  readonly random?: (() => number) | undefined;
}

/**
 * Policies by name, rules by error class, and what these policies share: cool-downs, allowances and the retry budget. Two
 * registries share nothing.
 *
 * A rule holds for a class and its subclasses; the most specific class wins, each field by itself; a policy's own
 * option wins over a rule. Rules hold for policies defined before and after them.
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
  readonly #unnamed: WeakList<Pipeline> = new WeakList();
  readonly #defaults: PolicyRegistryOptions;
  readonly #shared: SharedState = {
    origin: this,
    scopes: new Scopes(this),
    rules: new ErrorRules(),
    sharesBudget: true,
  };

  /** @throws TypeError when the clock or the random source is none, and for options of a policy. */
  constructor(options: PolicyRegistryOptions = {}) {
    const { clock, coordinator, random } = validateRegistry(options);
    this.#defaults = {
      ...(clock && { clock }),
      ...(coordinator && { coordinator }),
      ...(random && { random }),
    };
  }

  /**
   * Defines a policy by its options, or by a policy: the options of one of ours, any cockatiel policy as it is. A
   * name that is defined already gets the new options and fresh circuits; whoever holds the policy has them too.
   *
   * @throws TypeError or RangeError that names every fault of the options.
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
    if (existing) {
      existing.redefine(options);
      return existing;
    }
    const policy = new Pipeline(options, this.#shared);
    this.#policies.set(name, policy);
    return policy;
  }

  /**
   * Makes a policy that has no name here, from options or a policy as `define` does: each call a new one, which
   * follows the rules and shares what the policies of this registry share. Decorators with options use it.
   *
   * @throws TypeError or RangeError that names every fault of the options.
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
   * The policy of a name.
   *
   * @throws RangeError that lists the known names.
   */
  get(name: string): ResiliencePolicy {
    const policy = this.#policies.get(name);
    if (policy) return policy;
    const known = this.names().map((other) => `'${other}'`);
    throw new RangeError(
      `Cannot find policy '${name}': ${known.length > 0 ? `known names are ${known.join(', ')}` : 'no policy is defined'}`,
    );
  }

  /** What connects its policies with other processes, where anything does. */
  get coordinator(): Coordinator | undefined {
    return this.#defaults.coordinator;
  }

  has(name: string): boolean {
    return this.#policies.has(name);
  }

  names(): string[] {
    return [...this.#policies.keys()];
  }

  /** Every policy, those with a name first, then the unnamed ones (of decorators, say) that are still in use. */
  policies(): ResiliencePolicy[] {
    return [...this.#policies.values(), ...this.#unnamed];
  }

  /**
   * Says how errors of a class and its subclasses are treated, by every policy of this registry that has no option
   * of its own for it. A rule for system errors does not mean the library's own refusals (an open circuit, a full
   * bulkhead); those have rules of their own classes.
   *
   * @throws TypeError when the class is no error class or the rule makes no sense.
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

/** The registry of decorators that name no other. */
export const defaultRegistry: PolicyRegistry = new PolicyRegistry();

import { classIdentity } from '../../errors/class-identity.js';
import { isWEEXError, type WEEXErrorKind } from '../../errors/index.js';
import type { ErrorRule, ErrorClass } from '../options/policy-options.js';

const again = { retry: {}, circuitBreaker: true } as const;
const never = { retry: false, circuitBreaker: false, coolDown: false } as const;

/** The rule for each kind, unless the user sets another. */
const builtInRules: { readonly [Kind in WEEXErrorKind]: ErrorRule } = {
  'rate-limit': { retry: {}, circuitBreaker: false, coolDown: true },
  system: again,
  network: again,
  timeout: again,
  'circuit-open': never,
  'bulkhead-full': never,
  unknown: never,
  authentication: never,
  request: never,
  order: never,
  'outcome-unknown': never,
  'trading-strategy': never,
  'risk-management': never,
  portfolio: never,
};

/** The rule for an error: the user's rules for its class first, then the built-in ones. */
export interface FoundRule extends ErrorRule {
  /** The user's rules only, without the built-in ones. */
  readonly own?: ErrorRule | undefined;
}

/** The library's own refusals: rules for system errors do not apply to them, only rules for their own class. */
const localRefusals: ReadonlySet<string> = new Set(['WEEXCircuitOpenError', 'WEEXBulkheadFullError']);

/**
 * The rules per error class. For each field, the most specific class that has it takes precedence; the built-in
 * rules come last. The cost of a lookup does not depend on the number of rules.
 */
export class ErrorRules {
  readonly #rules: Map<unknown, ErrorRule> = new Map();
  // By kind and class.
  #found: Map<WEEXErrorKind | undefined, Map<unknown, FoundRule>> = new Map();

  /** Whether a rule starts a cool-down, so that policies without a `coolDown` option need one too. */
  get beginsCoolDown(): boolean {
    for (const rule of this.#rules.values()) if (rule.coolDown) return true;
    return false;
  }

  /** The user's rules of all classes. */
  get all(): readonly ErrorRule[] {
    return [...this.#rules.values()];
  }

  set(errorClass: ErrorClass, rule: ErrorRule): void {
    const key = classIdentity(errorClass.prototype as object);
    this.#rules.set(key, { ...this.#rules.get(key), ...withoutUndefined(rule) });
    this.#found = new Map();
  }

  /** The rule for an error, or `undefined` if it is not a `WEEXError` and has no rule of its own. */
  find(error: unknown): FoundRule | undefined {
    if (typeof error !== 'object' || error === null) return undefined;
    try {
      return this.#findFor(error);
    } catch {
      // An error that cannot be read has no rule.
      return undefined;
    }
  }

  #findFor(error: object): FoundRule | undefined {
    const kind = kindOf(error);
    const found = this.#found.get(kind) ?? new Map<unknown, FoundRule>();
    const known = found.get(error.constructor);
    if (known) return known;
    const own = this.#collect(error);
    const builtIn = kind && builtInRules[kind];
    if (!own && !builtIn) return undefined;
    const rule: FoundRule = { ...builtIn, ...own, own };
    this.#found.set(kind, found);
    // Classes created per error must not fill the memory.
    if (found.size < 1_000) found.set(error.constructor, rule);
    return rule;
  }

  #collect(error: object): ErrorRule | undefined {
    const rules: ErrorRule[] = [];
    let prototype: unknown = Object.getPrototypeOf(error);
    while (prototype !== null && typeof prototype === 'object') {
      const { name } = prototype as { name?: string };
      const rule = this.#rules.get(classIdentity(prototype));
      if (rule) rules.push(rule);
      if (name !== undefined && localRefusals.has(name) && Object.hasOwn(prototype, 'name')) break;
      prototype = Object.getPrototypeOf(prototype);
    }
    return rules.length > 0 ? rules.reduceRight((merged, rule) => ({ ...merged, ...rule }), {}) : undefined;
  }
}

/** An answer of status 5xx without further details is a failure of the exchange. */
function kindOf(error: object): WEEXErrorKind | undefined {
  if (!isWEEXError(error)) return undefined;
  const { kind, context } = error;
  return kind === 'unknown' && Number(context['status']) >= 500 ? 'system' : kind;
}

/** A field that is `undefined` counts as left out. */
function withoutUndefined(rule: ErrorRule): ErrorRule {
  return Object.fromEntries(Object.entries(rule).filter(([, value]) => value !== undefined));
}

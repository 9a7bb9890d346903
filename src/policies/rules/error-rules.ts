import { classIdentity } from '../../errors/class-identity.js';
import { isWEEXError, type WEEXErrorKind } from '../../errors/index.js';
import type { ErrorRule, ErrorClass } from '../options/policy-options.js';

const again = { retry: {}, circuitBreaker: true } as const;
const never = { retry: false, circuitBreaker: false, coolDown: false } as const;

/** What is done about each kind where nobody says otherwise. */
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

/** The rule for an error: what users said of its class, then what is built in. */
export interface FoundRule extends ErrorRule {
  /** What users said of it, without what is built in. */
  readonly own?: ErrorRule | undefined;
}

/** The library's own refusals: a rule for system errors does not mean them, only one for their own class does. */
const localRefusals: ReadonlySet<string> = new Set(['WEEXCircuitOpenError', 'WEEXBulkheadFullError']);

/**
 * The rules per error class. The most specific class that says something wins, each field by itself; the built-in
 * rules come last. A lookup costs the same however many rules there are.
 */
export class ErrorRules {
  readonly #rules: Map<unknown, ErrorRule> = new Map();
  // By kind and class.
  #found: Map<WEEXErrorKind | undefined, Map<unknown, FoundRule>> = new Map();

  /** Whether a rule begins a cool-down, so that policies which do not name `coolDown` need one. */
  get beginsCoolDown(): boolean {
    for (const rule of this.#rules.values()) if (rule.coolDown) return true;
    return false;
  }

  /** What users said, class by class. */
  get all(): readonly ErrorRule[] {
    return [...this.#rules.values()];
  }

  set(errorClass: ErrorClass, rule: ErrorRule): void {
    const key = classIdentity(errorClass.prototype as object);
    this.#rules.set(key, { ...this.#rules.get(key), ...withoutUndefined(rule) });
    this.#found = new Map();
  }

  /** The rule for an error, or `undefined` for one that is no `WEEXError` and has no rule of its own. */
  find(error: unknown): FoundRule | undefined {
    if (typeof error !== 'object' || error === null) return undefined;
    try {
      return this.#findFor(error);
    } catch {
      // What cannot even be looked at has no rule.
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
    // A class that is made per error would fill the memory.
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

/** An answer that says no more than that something failed, under a 5xx, is a failure of the exchange. */
function kindOf(error: object): WEEXErrorKind | undefined {
  if (!isWEEXError(error)) return undefined;
  const { kind, context } = error;
  return kind === 'unknown' && Number(context['status']) >= 500 ? 'system' : kind;
}

/** A field that says `undefined` says nothing. */
function withoutUndefined(rule: ErrorRule): ErrorRule {
  return Object.fromEntries(Object.entries(rule).filter(([, value]) => value !== undefined));
}

import { isWEEXError, type WEEXErrorKind } from '../errors/index.js';
import { copyOptions } from './copy-options.js';
import type { ErrorRule } from './error-rule.js';
import type { ErrorClass } from './policy-options.js';

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
 * rules come last. A look-up costs the same however many rules there are.
 */
export class RuleBook {
  readonly #rules: Map<unknown, ErrorRule> = new Map();
  // By class and kind, so that errors of another copy of this package have the rules of their kind.
  #found: Map<unknown, FoundRule> = new Map();

  /** Whether a rule closes the gate, so that policies which do not name `coolDown` need one. */
  get closesGate(): boolean {
    for (const rule of this.#rules.values()) if (rule.coolDown) return true;
    return false;
  }

  set(errorClass: ErrorClass, rule: ErrorRule): void {
    this.#rules.set(errorClass, { ...this.#rules.get(errorClass), ...withoutUndefined(copyOptions(rule)) });
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
    const errorClass = (error as { constructor?: unknown }).constructor;
    const known = this.#found.get(errorClass);
    if (known) return known;
    const own = this.#collect(error);
    const builtIn = isWEEXError(error) ? builtInRules[error.kind] : undefined;
    if (!own && !builtIn) return undefined;
    const rule: FoundRule = { ...builtIn, ...own, own };
    // A class that is made per error would fill the memory.
    if (this.#found.size < 1_000) this.#found.set(errorClass, rule);
    return rule;
  }

  #collect(error: object): ErrorRule | undefined {
    const rules: ErrorRule[] = [];
    let prototype: unknown = Object.getPrototypeOf(error);
    while (prototype !== null && typeof prototype === 'object') {
      const { constructor, name } = prototype as { constructor?: unknown; name?: string };
      const rule = this.#rules.get(constructor);
      if (rule) rules.push(rule);
      if (name !== undefined && localRefusals.has(name) && Object.hasOwn(prototype, 'name')) break;
      prototype = Object.getPrototypeOf(prototype);
    }
    return rules.length > 0 ? rules.reduceRight((merged, rule) => ({ ...merged, ...rule }), {}) : undefined;
  }
}

/** A field that says `undefined` says nothing. */
function withoutUndefined(rule: ErrorRule): ErrorRule {
  return Object.fromEntries(Object.entries(rule).filter(([, value]) => value !== undefined));
}

import { isWEEXError, type WEEXErrorKind } from '../../errors/index.js';
import type { ExecuteOptions } from '../options/execute-options.js';
import type { FoundRule } from '../rules/error-rules.js';

/** How many last good values are kept. */
const capacity = 1_000;

interface Kept {
  readonly value: unknown;
  readonly at: number;
}

/**
 * The last good value of each distinct call, until it is too old. Each instance has its own, since it may use
 * another account.
 */
export class StaleValues {
  #maxAgeMs: number;
  readonly #common: Map<string, Kept> = new Map();
  readonly #byInstance: WeakMap<object, Map<string, Kept>> = new WeakMap();

  constructor(maxAgeMs: number) {
    this.#maxAgeMs = maxAgeMs;
  }

  /** Values with this maximum age, keeping those of `previous`; `undefined` without a maximum age. */
  static of(maxAgeMs: number | undefined, previous: StaleValues | undefined): StaleValues | undefined {
    if (maxAgeMs === undefined) return undefined;
    if (!previous) return new StaleValues(maxAgeMs);
    previous.#maxAgeMs = maxAgeMs;
    return previous;
  }

  keep(call: ExecuteOptions, value: unknown, now: number): void {
    const slot = slotOf(call);
    if (slot === undefined) return;
    const values = this.#valuesOf(call.instance);
    values.delete(slot);
    values.set(slot, { value, at: now });
    if (values.size > capacity) values.delete(values.keys().next().value as string);
  }

  find(call: ExecuteOptions, now: number): { readonly value: unknown } | undefined {
    const slot = slotOf(call);
    const kept = slot === undefined ? undefined : this.#valuesOf(call.instance).get(slot);
    return kept && now - kept.at < this.#maxAgeMs ? kept : undefined;
  }

  #valuesOf(instance: object | undefined): Map<string, Kept> {
    if (!instance) return this.#common;
    const values = this.#byInstance.get(instance) ?? new Map<string, Kept>();
    this.#byInstance.set(instance, values);
    return values;
  }
}

const passing: ReadonlySet<WEEXErrorKind> = new Set<WEEXErrorKind>([
  'rate-limit',
  'system',
  'network',
  'timeout',
  'circuit-open',
  'bulkhead-full',
]);

/**
 * Whether a failure is temporary, so that an older value may answer. Refusals of the exchange and bugs must stay
 * visible.
 */
export function isPassing(error: unknown, rule: FoundRule | undefined): boolean {
  return isWEEXError(error) ? passing.has(error.kind) : Boolean(rule?.retry || rule?.circuitBreaker);
}

/** The key under which a call's value is kept; `undefined` if its arguments are not plain data and it has no key. */
function slotOf(call: ExecuteOptions): string | undefined {
  const { operation = '', key = '', args = [] } = call;
  try {
    return args.every(isPlain) ? JSON.stringify([operation, key, args], distinct) : undefined;
  } catch {
    // Circular arguments cannot be serialised.
    return undefined;
  }
}

/** Distinguishes values that JSON writes alike or cannot write. */
function distinct(_key: string, value: unknown): unknown {
  if (typeof value === 'bigint' || value === undefined) return { [typeof value]: String(value) };
  return typeof value === 'number' && !Number.isFinite(value) ? { number: String(value) } : value;
}

function isPlain(value: unknown): boolean {
  if (typeof value !== 'object' || value === null)
    return typeof value !== 'function' && typeof value !== 'symbol';
  // A signal in a trailing options object is not part of the question.
  if (value instanceof AbortSignal) return true;
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null && !Array.isArray(value)) return false;
  return Object.values(value).every(isPlain);
}

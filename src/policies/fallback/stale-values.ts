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
 * The last good value of each distinct call, for as long as it is worth something. Each instance has its own: what
 * one account holds is no answer for another.
 */
export class StaleValues {
  #maxAgeMs: number;
  readonly #common: Map<string, Kept> = new Map();
  readonly #byInstance: WeakMap<object, Map<string, Kept>> = new WeakMap();

  constructor(maxAgeMs: number) {
    this.#maxAgeMs = maxAgeMs;
  }

  /** Values that are good for so long, with those that are kept already; none where nothing says how long. */
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

/** Whether a failure passes, so that an older value may answer. A refusal of the exchange or a bug must be seen. */
export function isPassing(error: unknown, rule: FoundRule | undefined): boolean {
  return isWEEXError(error) ? passing.has(error.kind) : Boolean(rule?.retry || rule?.circuitBreaker);
}

/** Where the value of a call is kept; `undefined` where its arguments are no plain data and it has no key. */
function slotOf(call: ExecuteOptions): string | undefined {
  const { operation = '', key = '', args = [] } = call;
  try {
    return args.every(isPlain) ? JSON.stringify([operation, key, args], distinct) : undefined;
  } catch {
    // Arguments that hold themselves have no end.
    return undefined;
  }
}

/** Tells apart what JSON writes alike or cannot write. */
function distinct(_key: string, value: unknown): unknown {
  if (typeof value === 'bigint' || value === undefined) return { [typeof value]: String(value) };
  return typeof value === 'number' && !Number.isFinite(value) ? { number: String(value) } : value;
}

function isPlain(value: unknown): boolean {
  if (typeof value !== 'object' || value === null)
    return typeof value !== 'function' && typeof value !== 'symbol';
  // A signal in a trailing options object is no part of what is asked for.
  if (value instanceof AbortSignal) return true;
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null && !Array.isArray(value)) return false;
  return Object.values(value).every(isPlain);
}

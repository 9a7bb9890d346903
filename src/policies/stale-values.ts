import { isWEEXError, type WEEXErrorKind } from '../errors/index.js';
import type { FoundRule } from './rule-book.js';

/** How many last good values are kept. */
const capacity = 1_000;

/** The last good value of each distinct call, for as long as it is worth something. */
export class StaleValues {
  #maxAgeMs: number;
  readonly #values: Map<string, { readonly value: unknown; readonly at: number }> = new Map();

  constructor(maxAgeMs: number) {
    this.#maxAgeMs = maxAgeMs;
  }

  withMaxAge(maxAgeMs: number): this {
    this.#maxAgeMs = maxAgeMs;
    return this;
  }

  keep(slot: string | undefined, value: unknown, now: number): void {
    if (slot === undefined) return;
    this.#values.delete(slot);
    this.#values.set(slot, { value, at: now });
    if (this.#values.size > capacity) this.#values.delete(this.#values.keys().next().value as string);
  }

  find(slot: string | undefined, now: number): { readonly value: unknown } | undefined {
    const kept = slot === undefined ? undefined : this.#values.get(slot);
    return kept && now - kept.at < this.#maxAgeMs ? kept : undefined;
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
export function slotOf(call: {
  readonly operation?: string | undefined;
  readonly key?: string | undefined;
  readonly args?: readonly unknown[] | undefined;
}): string | undefined {
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

import { describeError } from './describe-error.js';
import type { Breach, RehearsalFacts, RehearsalInvariant } from './invariants.js';

const mostBreaches = 1_000;

/** Checks an invariant. One that throws, or returns anything but a list of breaches, counts as broken. */
export function askInvariant(invariant: RehearsalInvariant, facts: RehearsalFacts): readonly Breach[] {
  const breaches: Breach[] = [];
  try {
    const answer: unknown = invariant.check(facts);
    if (typeof answer === 'string') return [{ message: answer }];
    if (!isIterable(answer)) {
      const message = `cannot be checked: it returned ${describeValue(answer)}, expected a list of breaches`;
      return [{ message }];
    }
    for (const one of answer) {
      breaches.push(readBreach(one));
      if (breaches.length === mostBreaches) break;
    }
  } catch (error) {
    breaches.push({ message: `cannot be checked: ${describeError(error)}` });
  }
  return breaches;
}

function isIterable(value: unknown): value is Iterable<unknown> {
  return typeof value === 'object' && value !== null && Symbol.iterator in value;
}

function readBreach(value: unknown): Breach {
  if (typeof value === 'string') return { message: value };
  const { atMs, clientOrderId, message } = (value ?? {}) as Partial<Record<keyof Breach, unknown>>;
  return {
    message:
      typeof message === 'string' && message !== ''
        ? message
        : `is broken, without a message: ${describeValue(value)}`,
    atMs: typeof atMs === 'number' && atMs >= 0 && Number.isFinite(atMs) ? atMs : undefined,
    clientOrderId: typeof clientOrderId === 'string' ? clientOrderId : undefined,
  };
}

function describeValue(value: unknown): string {
  if (value instanceof Promise) return 'a promise';
  try {
    return JSON.stringify(value) ?? String(value);
  } catch {
    return typeof value;
  }
}

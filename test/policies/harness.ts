import { vi } from 'vitest';
import type { CallContext } from '../../src/core/context/call-context.js';
import {
  createPolicy,
  type PolicyOptions,
  type ResiliencePolicy,
  WEEXNetworkError,
  WEEXRateLimitError,
  WEEXSystemError,
} from '../../src/index.js';
import { createFakeClock, type FakeClock } from '../../src/testing/fake-clock.js';
import { createRandom } from '../../src/testing/seeded-random.js';

/** A policy on a clock of its own, with chance that repeats. */
export function build(options: PolicyOptions = {}): { policy: ResiliencePolicy; clock: FakeClock } {
  const clock = createFakeClock();
  return { clock, policy: createPolicy({ clock, random: createRandom(1), ...options }) };
}

/** A method that gives these answers one after the other, the last one for ever, and notes when it was called. */
export function answering(clock: FakeClock, ...answers: readonly unknown[]) {
  const at: number[] = [];
  const fn = vi.fn(async (_context: CallContext): Promise<unknown> => {
    at.push(clock.now());
    const answer = answers[Math.min(at.length, answers.length) - 1];
    if (answer instanceof Error) throw answer;
    return await (typeof answer === 'function' ? (answer as () => unknown)() : answer);
  });
  return Object.assign(fn, { at });
}

/** A method that takes so long. */
export function lasting(clock: FakeClock, ms: number, value?: unknown): () => Promise<unknown> {
  return () => new Promise((resolve) => clock.setTimeout(() => resolve(value), ms));
}

/** A promise to be settled by hand. */
export function defer<Value = unknown>() {
  let resolve: (value: Value) => void = () => undefined;
  let reject: (error: unknown) => void = () => undefined;
  const promise = new Promise<Value>((yes, no) => {
    resolve = yes;
    reject = no;
  });
  return { promise, resolve, reject };
}

/** Lets every promise chain run to its end, without moving a clock. */
export function settle(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

export const hang = (): Promise<never> => new Promise(() => undefined);
export const down = () => new WEEXNetworkError('Connection refused', { executionStatus: 'not-executed' });
export const lost = () => new WEEXNetworkError('Connection reset', { executionStatus: 'unknown' });
export const broken = () => new WEEXSystemError('Internal error', { executionStatus: 'not-executed' });
export const limited = (retryAfter?: number) =>
  new WEEXRateLimitError('Too many requests', { retryAfter, executionStatus: 'not-executed' });

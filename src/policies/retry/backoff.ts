import { ExponentialBackoff, type IBackoffFactory } from 'cockatiel';
import type { BackoffOptions, Jitter } from '../options/policy-options.js';

interface ResolvedBackoff {
  readonly initialDelayMs: number;
  readonly maxDelayMs: number;
  readonly jitter: Jitter;
}

/** The delays where an option is left out. */
export const backoffDefaults: ResolvedBackoff = {
  initialDelayMs: 200,
  maxDelayMs: 5_000,
  jitter: 'decorrelated',
};

/** Fills in the defaults; a first delay above the longest one's default raises that with it. */
export function resolveBackoff(options: BackoffOptions = {}): ResolvedBackoff {
  const initialDelayMs =
    options.initialDelayMs ?? Math.min(backoffDefaults.initialDelayMs, options.maxDelayMs ?? Infinity);
  return {
    initialDelayMs,
    maxDelayMs: options.maxDelayMs ?? Math.max(backoffDefaults.maxDelayMs, initialDelayMs),
    jitter: options.jitter ?? backoffDefaults.jitter,
  };
}

// What a jitter makes of the plain exponential delay and of the delay before.
const jitters: Record<
  Jitter,
  (plain: number, previous: number, options: ResolvedBackoff, random: () => number) => number
> = {
  none: (plain) => plain,
  full: (plain, _previous, _options, random) => plain * random(),
  equal: (plain, _previous, _options, random) => plain / 2 + (plain / 2) * random(),
  decorrelated: (_plain, previous, { initialDelayMs, maxDelayMs }, random) =>
    Math.min(maxDelayMs, initialDelayMs + random() * (previous * 3 - initialDelayMs)),
};

/**
 * Makes the delays between the attempts of a call: doubling from `initialDelayMs` to `maxDelayMs`, spread by the
 * jitter. It is a cockatiel backoff, so it also fits cockatiel's own `retry`.
 */
export function createBackoff(
  options: BackoffOptions | undefined,
  random: () => number,
): IBackoffFactory<unknown> {
  const resolved = resolveBackoff(options);
  const jitter = jitters[resolved.jitter];
  // cockatiel keeps the state from one delay to the next; ours is the number of the delay and the delay before.
  return new ExponentialBackoff<readonly [count: number, previous: number]>({
    initialDelay: resolved.initialDelayMs,
    maxDelay: resolved.maxDelayMs,
    generator: ([count, previous] = [0, resolved.initialDelayMs]) => {
      const plain = Math.min(resolved.maxDelayMs, resolved.initialDelayMs * 2 ** count);
      const delay = jitter(plain, previous, resolved, random);
      return [delay, [count + 1, delay]];
    },
  });
}

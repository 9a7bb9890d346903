import { ExponentialBackoff, type IBackoffFactory } from 'cockatiel';
import type { BackoffOptions, Jitter } from '../options/policy-options.js';

interface ResolvedBackoff {
  readonly initialDelayMs: number;
  readonly maxDelayMs: number;
  readonly jitter: Jitter;
}

/** The default delays. */
export const backoffDefaults: ResolvedBackoff = {
  initialDelayMs: 200,
  maxDelayMs: 5_000,
  jitter: 'decorrelated',
};

/** Fills in the defaults; if the first delay exceeds the default longest delay, that is raised too. */
export function resolveBackoff(options: BackoffOptions = {}): ResolvedBackoff {
  const initialDelayMs =
    options.initialDelayMs ?? Math.min(backoffDefaults.initialDelayMs, options.maxDelayMs ?? Infinity);
  return {
    initialDelayMs,
    maxDelayMs: options.maxDelayMs ?? Math.max(backoffDefaults.maxDelayMs, initialDelayMs),
    jitter: options.jitter ?? backoffDefaults.jitter,
  };
}

// Each computes the delay from the plain exponential delay and the previous delay.
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
 * Creates the delays between the attempts of a call: doubling from `initialDelayMs` to `maxDelayMs`, randomised by
 * the jitter. It is a cockatiel backoff, so it also works in cockatiel's own `retry`.
 */
export function createBackoff(
  options: BackoffOptions | undefined,
  random: () => number,
): IBackoffFactory<unknown> {
  const resolved = resolveBackoff(options);
  const jitter = jitters[resolved.jitter];
  // cockatiel passes the state from one delay to the next; ours is the delay's number and the previous delay.
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
